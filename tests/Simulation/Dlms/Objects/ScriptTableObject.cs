using System.Buffers.Binary;
using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Simulation.Dlms.Objects;

/// <summary>One action of a script: a method with its parameter.</summary>
public sealed record ScriptAction(ushort Script, ushort ClassId, Obis Name, sbyte Method);

/// <summary>Class 9: scripts of methods of this meter's objects; execute runs one.</summary>
public sealed class ScriptTableObject(DlmsMeter meter, Obis name, params IReadOnlyList<ScriptAction> actions) : CosemObject(9, 0, name)
{
    private static readonly byte[] Zero = [0x0F, 0x00];

    public override int Attributes => 2;

    public override int Methods => 1;

    public override DataResult Get(int attribute, Selection? access)
    {
        if (attribute != 2)
        {
            return Error(Undefined);
        }

        var scripts = actions.GroupBy(action => action.Script).ToList();
        var to = new DataWriter().Array(scripts.Count);
        foreach (var script in scripts)
        {
            to.Structure(2).UInt16(script.Key).Array(script.Count());
            foreach (var action in script)
            {
                to.Structure(5).Enum(2).UInt16(action.ClassId).Name(action.Name).Int8(action.Method).Int8(0);
            }
        }

        return Result(to.ToArray());
    }

    /// <summary>Runs a script; false where there is none of that number.</summary>
    public bool Execute(ushort script)
    {
        var found = actions.Where(action => action.Script == script).ToList();
        found.ForEach(action => meter.Device.Find(action.ClassId, action.Name)?.Invoke(action.Method, Zero));
        return found.Count > 0;
    }

    public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters) =>
        method != 1 ? new ActionResult(Denied, null)
        : parameters is not { Length: 3 } number || number.Span[0] != 0x12 ? new ActionResult(TypeUnmatched, null)
        : new ActionResult(Execute(BinaryPrimitives.ReadUInt16BigEndian(number.Span[1..])) ? Success : ScopeViolated, null);
}
