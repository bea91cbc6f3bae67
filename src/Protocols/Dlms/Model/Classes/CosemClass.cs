namespace Protocols.Dlms.Model.Classes;

/// <summary>An attribute or a method of an interface class.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="Type">Of the attribute, or of the method's parameter.</param>
public sealed record ClassMember(int Number, string Name, CosemType Type);

/// <summary>An interface class in one version (IEC 62056-6-2). Attribute 1, the logical name, is in all and not listed.</summary>
/// <param name="IsOpen">It has attributes that are not listed.</param>
public sealed record CosemClass(ushort Id, byte Version, string Name, bool IsOpen, IReadOnlyList<ClassMember> Attributes, IReadOnlyList<ClassMember> Methods)
{
    private static readonly ClassMember LogicalName = new(1, "logical_name", CosemType.Parse("octets(6)", new Dictionary<string, CosemType>())!);

    /// <summary>An attribute by its number; null where the class has none.</summary>
    public ClassMember? Attribute(int number) => number == 1 ? LogicalName : Attributes.FirstOrDefault(one => one.Number == number);

    /// <summary>A method by its number; null where the class has none.</summary>
    public ClassMember? Method(int number) => Methods.FirstOrDefault(one => one.Number == number);
}
