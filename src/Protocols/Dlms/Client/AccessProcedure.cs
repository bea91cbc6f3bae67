using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Client;

/// <summary>ACCESS: reads, writes and methods in one question, done in their order (IEC 62056-5-3 clause 6.9). It has no blocks of its own: a long one goes in general blocks.</summary>
/// <param name="items">What to do; a read takes null-data.</param>
/// <param name="breaksOnError">What follows a part that failed is left undone.</param>
public sealed class AccessProcedure(IReadOnlyList<(AccessSpecification What, ReadOnlyMemory<byte> Value)> items, bool breaksOnError = false) : Procedure
{
    private const uint Confirmed = 0x4000_0000, BreakOnError = 0x2000_0000, Urgent = 0x8000_0000;
    private const byte Get = 1, GetSelected = 4;

    /// <summary>What each part gave: data of reads and methods, and its result; 0 for success.</summary>
    public IReadOnlyList<(ReadOnlyMemory<byte> Data, byte Result)> Results { get; private set; } = [];

    /// <inheritdoc/>
    public override bool Changes => items.Any(item => item.What.Choice is not (Get or GetSelected));

    internal override Pdu Start(InvokeId id, int longest) => new AccessRequest(
        new LongInvokeId((uint)id.Id | (id.IsConfirmed ? Confirmed : 0) | (id.IsUrgent ? Urgent : 0) | (breaksOnError ? BreakOnError : 0)), default, [.. items.Select(item => item.What)], [.. items.Select(item => item.Value)]);

    internal override Pdu? Take(Pdu answer)
    {
        if (answer is not AccessResponse response)
        {
            return Strange(answer);
        }

        if (response.Results.Count != items.Count || response.Values.Count != items.Count)
        {
            return Fail($"{response.Results.Count} results and {response.Values.Count} values came for {items.Count} parts");
        }

        Results = [.. response.Values.Zip(response.Results, static (value, result) => (value, result.Result))];
        return Finish();
    }
}
