using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Concentrator.Upstream.Dlms.Objects;

/// <summary>Class 18: an image for meters, or for the box, is brought in blocks (IEC 62056-6-2; docs/dlms-north.md says what an identifier means, and what becomes of it).</summary>
/// <param name="caller">Who brings it.</param>
/// <param name="takes">Images are taken from such an association.</param>
internal sealed class ImageTransferObject(BoxCaller caller, DoorImage image, bool takes) : CosemObject(18, 0, new Obis(0, 0, 44, 0, 0, 255)), IOutsideObject
{
    private const byte NotInitiated = 0, Initiated = 1, Verified = 3;
    private const int Initiate = 1, Transfer = 2, Verify = 3;

    public override int Attributes => 7;

    public override int Methods => 4;

    public override AccessRight RightOn(int attribute) => AccessRight.Read;

    public override bool IsOutside(int member, bool isMethod) => isMethod;

    public override DataResult Get(int attribute, Selection? access)
    {
        if (access is not null)
        {
            return Error(ScopeViolated);
        }

        var (to, state) = (new DataWriter(), image.State);
        switch (attribute)
        {
            case 2:
                return Result(to.UInt32(DoorImage.BlockOctets).ToArray());
            case 3:
                return Result(Bits(image.Blocks()));
            case 4:
                var blocks = image.Blocks();
                var first = Array.IndexOf(blocks, false);
                return Result(to.UInt32((uint)(first < 0 ? blocks.Length : first)).ToArray());
            case 5:
                return Result(to.Boolean(takes).ToArray());
            case 6:
                return Result(to.Enum(state is null ? NotInitiated : state.Sha256 is null ? Initiated : Verified).ToArray());
            case 7:
                return Result(state?.Sha256 is { } hash
                    ? to.Array(1).Structure(3).UInt32((uint)state.Octets).Octets(state.Identifier).Octets(Convert.FromHexString(hash)).ToArray() : to.Array(0).ToArray());
            default:
                return Error(Undefined);
        }
    }

    public async ValueTask<ActionResult> CarryOutAsync(OutsideWork work, CancellationToken stop)
    {
        var value = work.Value.GetValueOrDefault();
        var result = !takes ? Denied : work.Member switch
        {
            Initiate => NameAndSize(value, out var identifier, out var octets) ? await image.InitiateAsync(caller, identifier, octets).ConfigureAwait(false) : TypeUnmatched,
            Transfer => NumberAndBlock(value, out var number, out var block) ? await image.TakeAsync(number, block).ConfigureAwait(false) : TypeUnmatched,
            Verify => await image.VerifyAsync(caller).ConfigureAwait(false),
            _ => image.Activate(caller),
        };
        return new ActionResult(result, null);
    }

    private static bool NameAndSize(ReadOnlyMemory<byte> value, out byte[] name, out long size)
    {
        (name, size) = ([], 0);
        var reader = new AXdrReader(value.Span);
        if (!reader.TryItem(out var head) || head is not { Tag: AXdrTag.Structure, Count: 2 } || !reader.TryItem(out var item) || item.Tag != AXdrTag.OctetString)
        {
            return false;
        }

        name = item.Content.ToArray();
        return TryNumber(ref reader, out size) && reader.Remaining == 0;
    }

    private static bool NumberAndBlock(ReadOnlyMemory<byte> value, out long number, out byte[] block)
    {
        (number, block) = (0, []);
        var reader = new AXdrReader(value.Span);
        if (!reader.TryItem(out var head) || head is not { Tag: AXdrTag.Structure, Count: 2 } || !TryNumber(ref reader, out number) || !reader.TryItem(out var item) || item.Tag != AXdrTag.OctetString)
        {
            return false;
        }

        block = item.Content.ToArray();
        return reader.Remaining == 0;
    }

    private static bool TryNumber(ref AXdrReader reader, out long number)
    {
        var isNumber = reader.TryInteger(out var whole) && whole >= 0 && whole <= uint.MaxValue;
        number = isNumber ? (long)whole : 0;
        return isNumber;
    }

    private static byte[] Bits(bool[] blocks)
    {
        var bits = new byte[(blocks.Length + 7) / 8];
        for (var i = 0; i < blocks.Length; i++)
        {
            bits[i / 8] |= (byte)(blocks[i] ? 0x80 >> (i % 8) : 0);
        }

        return new DataWriter().Bits(bits, blocks.Length).ToArray();
    }
}
