using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;

namespace Unit.Flows.Dlms;

/// <summary>An object that holds what is written, and gives back what it is called with.</summary>
internal sealed class ValueStore(byte number = 0) : CosemObject(1, 0, new Obis(0, 0, 96, 13, number, 255))
{
    internal byte[] Value { get; private set; } = [];

    internal int Invoked { get; private set; }

    public override int Attributes => 2;

    public override int Methods => 1;

    public override DataResult Get(int attribute, Selection? access) => Result(Value);

    public override byte Set(int attribute, ReadOnlyMemory<byte> value)
    {
        Value = value.ToArray();
        return Success;
    }

    public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters)
    {
        Invoked++;
        return new(Success, parameters is { } given ? new DataResult(given, null) : null);
    }
}
