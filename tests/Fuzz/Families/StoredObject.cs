using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;

namespace Fuzz.Families;

/// <summary>An object of a fuzzed host: gives what it holds, takes what it is given, and a method returns its parameters. Selections are answered with the whole.</summary>
internal sealed class StoredObject(ushort classId, Obis name, params byte[][] attributes) : CosemObject(classId, 0, name)
{
    private readonly ReadOnlyMemory<byte>[] _attributes = [.. attributes];

    public override int Attributes => _attributes.Length + 1;

    public override int Methods => 2;

    public override DataResult Get(int attribute, Selection? access) => Has(attribute) ? new DataResult(_attributes[attribute - 2], null) : Error(Undefined);

    public override byte Set(int attribute, ReadOnlyMemory<byte> value)
    {
        if (!Has(attribute))
        {
            return Undefined;
        }

        _attributes[attribute - 2] = value.ToArray();
        return Success;
    }

    public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters) =>
        method is 1 or 2 ? new ActionResult(Success, parameters is { } given ? new DataResult(given, null) : null) : new ActionResult(Undefined, null);

    private bool Has(int attribute) => attribute >= 2 && attribute - 2 < _attributes.Length;
}
