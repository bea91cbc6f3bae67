using System.Security.Cryptography;
using System.Text;
using Concentrator.Security.Sealed;
using Metering;
using Metering.Keys;
using Metering.Orders;

namespace Concentrator.Orders;

/// <summary>A new key of one meter as the order brings it: wrapped for the meter, sealed for the box. Neither is a key to anybody else.</summary>
internal sealed record SealedKey(MeterId Meter, KeyPurpose Purpose, ReadOnlyMemory<byte> Wrapped, SealedText Text);

/// <summary>
/// The <c>args</c> of a change of keys: <c>{setup?, keys:[{meter, purpose, wrapped, sealed}]}</c>. What is sealed says in its apu whose key it is and which, <c>METER/purpose</c>, and in its apv the id of
/// the box: moved elsewhere it does not open.
/// </summary>
internal sealed record SealedKeys(Obis Setup, IReadOnlyList<SealedKey> Keys)
{
    private static readonly Dictionary<string, KeyPurpose> Purposes = new(StringComparer.Ordinal)
    {
        ["guek"] = KeyPurpose.Guek, ["gbek"] = KeyPurpose.Gbek, ["gak"] = KeyPurpose.Gak, ["hls"] = KeyPurpose.Hls,
    };

    internal static SealedKeys Read(OrderArguments args)
    {
        var keys = new List<SealedKey>();
        foreach (var item in OrderArguments.Items(args.Find("keys") ?? throw new InvalidDataException("keys is missing"), "keys"))
        {
            var one = new OrderArguments(item);
            var meter = MeterId.TryParse(one.Text("meter"), out var id) ? id : throw new InvalidDataException($"entry {keys.Count + 1} of keys wants a meter id");
            var purpose = Purposes.TryGetValue(one.Text("purpose"), out var found) ? found : throw new InvalidDataException($"purpose of a key of {meter} wants one of {string.Join(", ", Purposes.Keys)}");
            var wrapped = one.Octets("wrapped", isNeeded: true);
            var text = SealedText.Parse(one.Text("sealed", SealedText.MostCharacters), out var fault) ?? throw new InvalidDataException($"what is sealed for {meter} cannot be read: {fault}");
            if (one.Unknown() is { } unknown)
            {
                throw new InvalidDataException($"keys has \"{unknown}\", which is not known there");
            }

            keys.Add(new SealedKey(meter, purpose, wrapped, text));
        }

        return new SealedKeys(args.Name("setup"), keys);
    }

    /// <summary>What the meters of the order have to do with those that keys are for; null where they fit.</summary>
    internal string? Fault(IReadOnlyList<MeterId> meters) =>
        Keys.GroupBy(key => (key.Meter, key.Purpose)).FirstOrDefault(same => same.Count() > 1) is { } twice ? $"the {WireWord.Of(twice.Key.Purpose)} of {twice.Key.Meter} stands twice in keys"
        : Keys.Select(key => key.Meter).Except(meters).Select(meter => (MeterId?)meter).FirstOrDefault() is { } stranger ? $"keys brings one for {stranger}, which is not in meters"
        : meters.Except(Keys.Select(key => key.Meter)).Select(meter => (MeterId?)meter).FirstOrDefault() is { } left ? $"keys brings none for {left}"
        : null;

    /// <summary>The keys of one meter opened. Null and why not.</summary>
    internal byte[]? Open(MeterId meter, BoxKey box, string boxId, out string? fault)
    {
        var opened = new List<NewKey>();
        fault = null;
        foreach (var key in Keys.Where(one => one.Meter == meter))
        {
            var clear = OpenOne(key, box, boxId, out fault);
            if (clear is null)
            {
                break;
            }

            opened.Add(new NewKey(key.Purpose, key.Wrapped, clear));
        }

        var payload = fault is null ? new KeysOrder(opened, Setup).ToPayload() : null;
        opened.ForEach(key => CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsMemory(key.Clear).Span));
        return payload;
    }

    private static byte[]? OpenOne(SealedKey key, BoxKey box, string boxId, out string? fault)
    {
        const int wrapping = 8;
        var what = $"{key.Meter}/{WireWord.Of(key.Purpose)}";
        if (!key.Text.Producer.AsSpan().SequenceEqual(Encoding.ASCII.GetBytes(what)) || !key.Text.Consumer.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(boxId)))
        {
            fault = $"what is sealed for {what} says in apu and apv that it is something else, or for another box than {boxId}";
            return null;
        }

        var clear = box.Open(key.Text, out fault);
        if (clear is null)
        {
            fault = $"what is sealed for {what} is not opened: {fault}";
        }
        else if (clear.Length + wrapping != key.Wrapped.Length)
        {
            fault = $"the {WireWord.Of(key.Purpose)} of {key.Meter} has {clear.Length} octets, and what is wrapped for the meter {key.Wrapped.Length}: eight more are wanted (RFC 3394)";
            CryptographicOperations.ZeroMemory(clear);
            clear = null;
        }

        return clear;
    }
}
