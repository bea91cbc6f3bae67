using System.Buffers;
using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Host;

/// <summary>GET, SET, ACTION and ACCESS on a logical device, with the blocks of long questions and answers.</summary>
internal sealed class HostServices(LogicalDevice device, HostClient client)
{
    private const byte LongGetAborted = 15, NoLongGet = 16, LongSetAborted = 17, WrongBlock = 19;
    private const int AroundBlock = 12, MostOctets = 256 * 1024;
    private readonly ShortNames _short = new(device, client);
    private readonly ArrayBufferWriter<byte> _question = new();
    private ReadOnlyMemory<byte> _answer;
    private DataBlock _sent;
    private uint _answered, _asked;
    private (AttributeDescriptor Attribute, Selection? Access) _target;
    private (AttributeDescriptor Attribute, Selection? Access)[] _targets = [];
    private Func<ActionResult, Pdu?>? _settle;

    /// <summary>What the last question wants done outside before it is answered; null for nothing.</summary>
    internal OutsideWork? Wanted { get; private set; }

    /// <summary>Forgets long questions and answers.</summary>
    internal void Forget()
    {
        (_answer, _sent, _answered, _asked) = (default, default, 0, 0);
        (Wanted, _settle) = (null, null);
        _question.ResetWrittenCount();
    }

    /// <summary>The answer; null for a service that is not offered, that wants none, or whose answer waits for something outside.</summary>
    internal Pdu? Answer(Pdu request, int room)
    {
        (Wanted, _settle) = (null, null); // who asks again waits for nothing of before
        var answer = AnswerNow(request, room);
        return Wanted is null ? answer : null;
    }

    /// <summary>The answer that waited; null where none is due.</summary>
    internal Pdu? Settle(in ActionResult result)
    {
        var settle = _settle;
        (Wanted, _settle) = (null, null);
        return settle?.Invoke(result);
    }

    private Pdu? AnswerNow(Pdu request, int room) => request switch
    {
        ReadRequest read => client.UsesShortNames ? _short.Read(read, room) : null,
        WriteRequest write => client.UsesShortNames ? _short.Write(write) is var written && write.IsConfirmed ? written : null : null,
        _ when client.UsesShortNames && request is not ActionRequest => null,
        GetRequest.Normal get => Long(get.Id, Get(get.Attribute, get.Access), room),
        GetRequest.Next next => NextOf(next, room),
        GetRequest.WithList list => LongList(list, room),
        SetRequest.Normal set => Set(set.Attribute, set.Value, result => Confirmed(set.Id, new SetResponse.Normal(set.Id, result))),
        SetRequest.WithList list => new SetResponse.WithList(list.Id, [.. list.Attributes.Zip(list.Values, (target, value) => Set(target.Attribute, value))]),
        SetRequest.FirstDatablock first => TakeFirst(first.Attribute, first.Access, first.Block, () => FinishSet(first.Id, first.Block), () => new SetResponse.Datablock(first.Id, first.Block.Number)) ?? new SetResponse.LastDatablock(first.Id, WrongBlock, first.Block.Number),
        SetRequest.WithDatablock block => TakeNext(block.Block, () => _targets.Length > 0 ? FinishSetList(block.Id, block.Block) : FinishSet(block.Id, block.Block), () => new SetResponse.Datablock(block.Id, block.Block.Number)) ?? new SetResponse.LastDatablock(block.Id, WrongBlock, block.Block.Number),
        ActionRequest.Normal action => Invoke(action.Method, action.Parameters, result => Confirmed(action.Id, LongAction(action.Id, result, room))),
        ActionRequest.FirstPblock first => TakeFirst(first.Method, null, first.Block, () => FinishAction(first.Id, room), () => new ActionResponse.NextPblock(first.Id, first.Block.Number)) ?? new ActionResponse.Normal(first.Id, new ActionResult(LongGetAborted, null)),
        ActionRequest.Pblock block => TakeNext(block.Block, () => _targets.Length > 0 ? FinishActionList(block.Id, room) : FinishAction(block.Id, room), () => new ActionResponse.NextPblock(block.Id, block.Block.Number)) ?? new ActionResponse.Normal(block.Id, new ActionResult(LongGetAborted, null)),
        ActionRequest.NextPblock next => IsSentAgain(next.Block) ? new ActionResponse.Pblock(next.Id, _sent)
            : next.Block == _answered && _answered > 0 ? ActionBlock(next.Id, room) : new ActionResponse.Normal(next.Id, new ActionResult(NoLongGet, null)),
        SetRequest.ListFirstDatablock first => TakeFirstOfList([.. first.Attributes], first.Block, () => FinishSetList(first.Id, first.Block), () => new SetResponse.Datablock(first.Id, first.Block.Number)) ?? new SetResponse.LastDatablock(first.Id, WrongBlock, first.Block.Number),
        ActionRequest.WithList list => Confirmed(list.Id, LongActions(list.Id, Invoke(list.Methods, list.Parameters), room)),
        ActionRequest.ListFirstPblock first => TakeFirstOfList([.. first.Methods.Select(method => (method, (Selection?)null))], first.Block, () => FinishActionList(first.Id, room), () => new ActionResponse.NextPblock(first.Id, first.Block.Number)) ?? new ActionResponse.Normal(first.Id, new ActionResult(LongGetAborted, null)),
        AccessRequest access => access.Id.IsConfirmed ? Access(access) : Done(Access(access)),
        _ => null,
    };

    private static Pdu? Confirmed(InvokeId id, Pdu answer) => id.IsConfirmed ? answer : null;

    private GetResponse Long(InvokeId id, in DataResult result, int room)
    {
        if (result.Error is not null || result.Data.Length + AroundBlock <= room)
        {
            return new GetResponse.Normal(id, result);
        }

        (_answer, _answered) = (result.Data, 0);
        return Block(id, room);
    }

    private GetResponse LongList(GetRequest.WithList list, int room)
    {
        var whole = new GetResponse.WithList(list.Id, [.. list.Attributes.Select(one => Get(one.Attribute, one.Access))]);
        var octets = whole.ToOctets();
        if (octets.Length <= room)
        {
            return whole;
        }

        (_answer, _answered) = (octets.AsMemory(3), 0); // tag, choice and invoke id are not part of the list
        return Block(list.Id, room);
    }

    private GetResponse.WithDatablock NextOf(GetRequest.Next next, int room)
    {
        if (IsSentAgain(next.Block))
        {
            return new GetResponse.WithDatablock(next.Id, _sent.Last, _sent.Number, _sent.Raw, null);
        }

        if (_answered == 0)
        {
            return new GetResponse.WithDatablock(next.Id, true, next.Block, default, NoLongGet);
        }

        if (next.Block != _answered)
        {
            Forget();
            return new GetResponse.WithDatablock(next.Id, true, next.Block, default, WrongBlock);
        }

        return Block(next.Id, room);
    }

    private GetResponse.WithDatablock Block(InvokeId id, int room)
    {
        var raw = Cut(room, out var last);
        var block = new GetResponse.WithDatablock(id, last, _answered, raw, null);
        _answered = last ? 0 : _answered;
        return block;
    }

    private ActionResponse.Pblock ActionBlock(InvokeId id, int room)
    {
        var raw = Cut(room, out var last);
        var block = new ActionResponse.Pblock(id, new DataBlock(last, _answered, raw));
        _answered = last ? 0 : _answered;
        return block;
    }

    /// <summary>The question for the block that was sent last came again: that block got lost on the way.</summary>
    private bool IsSentAgain(uint asked) => _sent.Number > 1 && asked == _sent.Number - 1;

    private ReadOnlyMemory<byte> Cut(int room, out bool last)
    {
        var raw = _answer[..Math.Min(_answer.Length, room - AroundBlock)];
        _answer = _answer[raw.Length..];
        _answered++;
        last = _answer.IsEmpty;
        _sent = new DataBlock(last, _answered, raw);
        return raw;
    }

    private ActionResponse LongAction(InvokeId id, in ActionResult result, int room)
    {
        var whole = new ActionResponse.Normal(id, result);
        var octets = whole.ToOctets();
        if (octets.Length <= room)
        {
            return whole;
        }

        (_answer, _answered) = (octets.AsMemory(3), 0);
        return ActionBlock(id, room);
    }

    private Pdu? TakeFirst(AttributeDescriptor target, Selection? access, DataBlock block, Func<Pdu?> finish, Func<Pdu> goOn)
    {
        _question.ResetWrittenCount();
        (_target, _asked, _targets) = ((target, access), 0, []);
        return TakeNext(block, finish, goOn);
    }

    private Pdu? TakeFirstOfList((AttributeDescriptor, Selection?)[] targets, DataBlock block, Func<Pdu?> finish, Func<Pdu> goOn)
    {
        var answer = TakeFirst(default, null, block, () => new ExceptionResponse(1, 1, null), goOn);
        _targets = targets;
        return answer is ExceptionResponse ? finish() : answer;
    }

    private static Pdu? Done(AccessResponse _) => null;

    private ReadOnlyMemory<byte>[] Values(int count)
    {
        var from = new PduReader(_question.WrittenSpan.ToArray());
        var values = from.List(static (ref PduReader one) => one.Data());
        return from.Fault is null && values.Length == count && from.Remaining == 0 ? values : [];
    }

    private SetResponse.LastDatablockList FinishSetList(InvokeId id, DataBlock last)
    {
        var values = Values(_targets.Length);
        byte[] results = [.. _targets.Select((target, i) => values.Length == 0 ? LongSetAborted : Set(target.Attribute, values[i]))];
        _targets = [];
        return new SetResponse.LastDatablockList(id, results, last.Number);
    }

    private ActionResponse FinishActionList(InvokeId id, int room)
    {
        var values = Values(_targets.Length);
        var methods = _targets.Select(target => target.Attribute).ToArray();
        _targets = [];
        return values.Length == 0 ? new ActionResponse.Normal(id, new ActionResult(LongGetAborted, null)) : LongActions(id, Invoke(methods, values), room);
    }

    private ActionResult[] Invoke(IReadOnlyList<AttributeDescriptor> methods, IReadOnlyList<ReadOnlyMemory<byte>> parameters) =>
        [.. methods.Select((method, i) => i < parameters.Count ? Invoke(method, parameters[i]) : new ActionResult(CosemObject.TypeUnmatched, null))];

    private ActionResponse LongActions(InvokeId id, ActionResult[] results, int room)
    {
        var whole = new ActionResponse.WithList(id, results);
        var octets = whole.ToOctets();
        if (octets.Length <= room)
        {
            return whole;
        }

        (_answer, _answered) = (octets.AsMemory(3), 0); // tag, choice and invoke id are not part of the list
        return ActionBlock(id, room);
    }

    private Pdu? TakeNext(DataBlock block, Func<Pdu?> finish, Func<Pdu> goOn)
    {
        if (block.Number != _asked + 1 || block.Raw.Length > MostOctets - _question.WrittenCount)
        {
            Forget();
            return null;
        }

        _asked++;
        _question.Write(block.Raw.Span);
        return block.Last ? finish() : goOn();
    }

    private Pdu? FinishSet(InvokeId id, DataBlock last) => IsData(_question.WrittenMemory)
        ? Set(_target.Attribute, _question.WrittenSpan.ToArray(), result => new SetResponse.LastDatablock(id, result, last.Number)) : new SetResponse.LastDatablock(id, LongSetAborted, last.Number);

    private Pdu? FinishAction(InvokeId id, int room) => IsData(_question.WrittenMemory)
        ? Invoke(_target.Attribute, _question.WrittenSpan.ToArray(), result => LongAction(id, result, room)) : LongAction(id, new ActionResult(LongGetAborted, null), room);

    private static bool IsData(ReadOnlyMemory<byte> octets)
    {
        var reader = new AXdr.AXdrReader(octets.Span);
        return reader.TrySkip() && reader.Remaining == 0;
    }

    private AccessResponse Access(AccessRequest request)
    {
        var values = new List<ReadOnlyMemory<byte>>();
        var results = new List<(byte, byte)>();
        for (var i = 0; i < request.Specifications.Count; i++)
        {
            var one = request.Specifications[i];
            var given = i < request.Values.Count ? request.Values[i] : default;
            ReadOnlyMemory<byte> returned = (byte[])[0];
            byte result;
            if (request.Id.BreaksOnError && results.Exists(static done => done.Item2 != CosemObject.Success))
            {
                values.Add(returned);
                results.Add((one.Choice switch { 4 => (byte)1, 5 => (byte)2, var choice => choice }, CosemObject.OtherReason));
                continue;
            }

            switch (one.Choice)
            {
                case 1 or 4:
                    var got = Get(one.Attribute, one.Access);
                    (returned, result) = (got.Error is null ? got.Data : returned, got.Error ?? 0);
                    break;
                case 3:
                    var done = Invoke(one.Attribute, given);
                    (returned, result) = (done.Return is { Error: null } data ? data.Data : returned, done.Result);
                    break;
                default:
                    result = Set(one.Attribute, given);
                    break;
            }

            values.Add(returned);
            results.Add((one.Choice switch { 4 => (byte)1, 5 => (byte)2, var choice => choice }, result));
        }

        return new AccessResponse(request.Id, default, null, values, results);
    }

    private CosemObject? Find(in AttributeDescriptor target, AccessRight wanted, out byte error)
    {
        var found = device.Find(target.ClassId, target.Instance);
        error = found is null ? device.KnowsName(target.Instance) ? CosemObject.Inconsistent : CosemObject.Undefined
            : (client.Rights(found) & wanted & (wanted == AccessRight.Execute ? wanted : found.RightOn(target.Attribute))) == 0 ? CosemObject.Denied : CosemObject.Success;
        return error == CosemObject.Success ? found : null;
    }

    private DataResult Get(in AttributeDescriptor target, Selection? access)
    {
        if (target is { ClassId: 15, Attribute: 2, Instance.E: 0 }) // the association that asks; others tell of theirs themselves
        {
            return new DataResult(device.ObjectList(client.Rights), null);
        }

        var name = target.Instance;
        return Find(target, AccessRight.Read, out var error) is not { } found ? new DataResult(default, error)
            : target.Attribute == 1 ? new DataResult((byte[])[0x09, 6, name.A, name.B, name.C, name.D, name.E, name.F], null)
            : found.Get(target.Attribute, access);
    }

    /// <summary>Writes the one attribute that was asked for; where that is done outside, the answer is made when it is done.</summary>
    private Pdu? Set(in AttributeDescriptor target, ReadOnlyMemory<byte> value, Func<byte, Pdu?> answer) =>
        Find(target, AccessRight.Write, out var error) is not { } found ? answer(error)
        : found.IsOutside(target.Attribute, isMethod: false) ? Outside(new OutsideWork(found, target.Attribute, IsMethod: false, value), result => answer(result.Result))
        : answer(found.Set(target.Attribute, value));

    /// <summary>Executes the one method that was asked for, likewise.</summary>
    private Pdu? Invoke(in AttributeDescriptor target, ReadOnlyMemory<byte>? parameters, Func<ActionResult, Pdu?> answer) =>
        Find(target, AccessRight.Execute, out var error) is not { } found ? answer(new ActionResult(error, null))
        : found.IsOutside(target.Attribute, isMethod: true) ? Outside(new OutsideWork(found, target.Attribute, IsMethod: true, parameters), answer)
        : answer(found.Invoke(target.Attribute, parameters));

    private Pdu? Outside(OutsideWork work, Func<ActionResult, Pdu?> settle)
    {
        (Wanted, _settle) = (work, settle);
        return null;
    }

    private byte Set(in AttributeDescriptor target, ReadOnlyMemory<byte> value) =>
        Find(target, AccessRight.Write, out var error) is { } found ? found.Set(target.Attribute, value) : error;

    private ActionResult Invoke(in AttributeDescriptor target, ReadOnlyMemory<byte>? parameters) =>
        Find(target, AccessRight.Execute, out var error) is { } found ? found.Invoke(target.Attribute, parameters) : new ActionResult(error, null);
}
