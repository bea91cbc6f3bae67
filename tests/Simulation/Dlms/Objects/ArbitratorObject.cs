using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Simulation.Dlms.Objects;

/// <summary>Class 68: actors ask for actions, and the weightiest request is carried out. Actions are scripts; the last request of each actor stands.</summary>
/// <param name="scripts">The table whose scripts are the actions.</param>
/// <param name="numbers">Script of each action.</param>
/// <param name="weights">Weight of each actor.</param>
public sealed class ArbitratorObject(Obis name, ScriptTableObject scripts, IReadOnlyList<ushort> numbers, IReadOnlyList<ushort> weights) : CosemObject(68, 0, name)
{
    private readonly byte?[] _requests = new byte?[weights.Count];

    /// <summary>Number of the last action, from 0.</summary>
    public byte Outcome { get; private set; }

    public override int Attributes => 6;

    public override int Methods => 2;

    public override DataResult Get(int attribute, Selection? access)
    {
        if (attribute == 2)
        {
            return Result(numbers.Aggregate(new DataWriter().Array(numbers.Count), (to, number) => to.Structure(2).Name(scripts.Name).UInt16(number)).ToArray());
        }

        return attribute == 6 ? Result(new DataWriter().UInt8(Outcome).ToArray()) : Error(attribute is >= 3 and <= 5 ? Denied : Undefined);
    }

    /// <summary>Somebody asks for an action.</summary>
    public void Request(int actor, byte action)
    {
        _requests[actor] = action;
        var winner = Enumerable.Range(0, weights.Count).Where(one => _requests[one] is not null).MaxBy(one => weights[one]);
        Outcome = _requests[winner]!.Value;
        scripts.Execute(numbers[Outcome]);
    }

    public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters)
    {
        var reader = new AXdrReader((parameters ?? default).Span);
        if (method != 1 || !reader.TryItem(out var head) || head is not { Tag: AXdrTag.Structure, Count: 2 } || !reader.TryInteger(out var actor) || actor >= weights.Count
            || !reader.TryItem(out var bits) || bits.Tag != AXdrTag.BitString || bits.Count != numbers.Count)
        {
            return new ActionResult(method == 1 ? TypeUnmatched : Denied, null);
        }

        for (byte action = 0; action < numbers.Count; action++)
        {
            if ((bits.Content[action / 8] & (0x80 >> (action % 8))) != 0)
            {
                Request((int)actor, action);
            }
        }

        return new ActionResult(Success, null);
    }
}
