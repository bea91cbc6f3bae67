namespace Metering.Orders;

/// <summary>Names of members as they go north and to tools: small letters, a hyphen where a word begins (<c>OverLimit</c> is <c>over-limit</c>).</summary>
public static class WireWord
{
    /// <summary>The word of a member.</summary>
    public static string Of<T>(T member)
        where T : struct, Enum
    {
        var name = member.ToString();
        return string.Concat(name.Select((letter, i) => char.IsUpper(letter) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(letter) : letter.ToString()));
    }
}
