using Protocols.Dlms.Apdu;
using Protocols.Dlms.Model;

namespace Protocols.Dlms.Host;

/// <summary>
/// Short names of a logical device: attribute n of an object stands at its base name + 8 (n - 1). The association itself is at FA00; its list tells the base names of the rest
/// (IEC 62056-6-2, class 12).
/// </summary>
internal sealed class ShortNames(LogicalDevice device, HostClient client)
{
    private const ushort Association = 0xFA00, First = 0x0100, Step = 0x0100, BetweenAttributes = 8;
    private const byte Parameterised = 4, BlockNumber = 5, Data = 0, Error = 1, Block = 2;
    private const int AroundBlock = 12, MostObjects = (Association - First) / Step;
    private ReadOnlyMemory<byte> _answer;
    private int _answered;

    /// <summary>Answers a read; a long one in blocks.</summary>
    internal ReadResponse Read(ReadRequest request, int room)
    {
        if (request.Variables is [{ Choice: BlockNumber } next])
        {
            return next.Variable == _answered && _answered > 0 ? Cut(room) : new ReadResponse([new ReadResult(Error, default, CosemObject.OtherReason, default)]);
        }

        var whole = new ReadResponse([.. request.Variables.Select(Read)]);
        var octets = whole.ToOctets();
        if (octets.Length <= room)
        {
            return whole;
        }

        (_answer, _answered) = (octets.AsMemory(1), 0);
        return Cut(room);
    }

    /// <summary>Answers a write.</summary>
    internal WriteResponse Write(WriteRequest request) => new([.. request.Variables.Select((one, i) =>
    {
        var result = i < request.Values.Count && Find(one.Variable, AccessRight.Write, out var attribute) is { } found ? found.Set(attribute, request.Values[i]) : CosemObject.Undefined;
        return (result == CosemObject.Success ? (byte)0 : (byte)1, (ushort)result);
    })]);

    private ReadResponse Cut(int room)
    {
        var raw = _answer[..Math.Min(_answer.Length, room - AroundBlock)];
        _answer = _answer[raw.Length..];
        var number = (uint)++_answered;
        _answered = _answer.IsEmpty ? 0 : _answered;
        return new ReadResponse([new ReadResult(Block, default, 0, new DataBlock(_answer.IsEmpty, number, raw))]);
    }

    private ReadResult Read(VariableAccess one)
    {
        if (one.Variable == Association + BetweenAttributes)
        {
            return new ReadResult(Data, List(), 0, default);
        }

        var result = Find(one.Variable, AccessRight.Read, out var attribute) is { } found
            ? attribute == 1 ? new DataResult(new DataWriter().Name(found.Name).ToArray(), null) : found.Get(attribute, one.Choice == Parameterised ? one.Access : null)
            : new DataResult(default, CosemObject.Undefined);
        return result.Error is { } error ? new ReadResult(Error, default, error, default) : new ReadResult(Data, result.Data, 0, default);
    }

    private CosemObject? Find(ushort variable, AccessRight wanted, out int attribute)
    {
        var (number, offset) = ((variable - First) / Step, (variable - First) % Step);
        attribute = (offset / BetweenAttributes) + 1;
        var found = variable < First || offset % BetweenAttributes != 0 ? null : number < MostObjects ? device.Objects.ElementAtOrDefault(number) : null;
        return found is not null && attribute <= found.Attributes && (client.Rights(found) & wanted & found.RightOn(attribute)) != 0 ? found : null;
    }

    private byte[] List()
    {
        var shown = device.Objects.Take(MostObjects).Select((one, i) => (one, Base: (short)(First + (i * Step)))).Where(item => client.Rights(item.one) != AccessRight.None).ToList();
        var to = new DataWriter().Array(shown.Count);
        foreach (var (one, name) in shown)
        {
            to.Structure(4).Int16(name).UInt16(one.ClassId).UInt8(one.Version).Name(one.Name);
        }

        return to.ToArray();
    }
}
