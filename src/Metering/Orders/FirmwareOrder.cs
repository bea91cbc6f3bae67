using Metering.Ledger;

namespace Metering.Orders;

/// <summary>Brings firmware to a meter; the payload of a <see cref="MeterOrder"/> of kind <see cref="OrderKind.Firmware"/>.</summary>
/// <param name="Identification">image_identifier, as the maker gives it.</param>
/// <param name="Image">The image; empty where <see cref="ImageHash"/> names one.</param>
/// <param name="Signature">What the meter must tell of it before it is activated; empty for anything.</param>
/// <param name="Activate">Activate it at once; else it is left verified.</param>
/// <param name="Firmware">The firmware id the meter must tell afterwards; null for any other than before.</param>
public sealed record FirmwareOrder(ReadOnlyMemory<byte> Identification, ReadOnlyMemory<byte> Image, ReadOnlyMemory<byte> Signature, bool Activate, string? Firmware = null)
{
    /// <summary>The meter activates it by itself at this time; null where <see cref="Activate"/> says what is done.</summary>
    public DateTimeOffset? ActivateAt { get; init; }

    /// <summary>SHA-256 of an image that lies elsewhere, and not in <see cref="Image"/>; empty where it does not.</summary>
    public ReadOnlyMemory<byte> ImageHash { get; init; }

    /// <summary>How many octets that image has.</summary>
    public int ImageOctets { get; init; }

    /// <summary>The transfer is given up, and so is an activation that is planned; no image is brought.</summary>
    public bool Aborts { get; init; }

    /// <summary>An order that gives a transfer up.</summary>
    public static FirmwareOrder Abort => new(default, default, default, false) { Aborts = true };

    /// <summary>As octets.</summary>
    public byte[] ToPayload()
    {
        var to = new OctetWriter();
        to.Octets(Identification.Span);
        to.Octets(Image.Span);
        to.Octets(Signature.Span);
        to.Byte(Activate ? (byte)1 : (byte)0);
        to.Text(Firmware);
        to.Byte(Aborts ? (byte)1 : (byte)0);
        to.Byte(ActivateAt is null ? (byte)0 : (byte)1);
        ActivateAt?.WriteTo(to);
        if (!ImageHash.IsEmpty) // an order that brings its image has the octets it always had: by their hash it is known again
        {
            to.Octets(ImageHash.Span);
            to.Number((ulong)ImageOctets);
        }

        return to.ToArray();
    }

    /// <summary>The opposite of <see cref="ToPayload"/>.</summary>
    /// <exception cref="InvalidDataException">These are no octets of it.</exception>
    public static FirmwareOrder Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        var order = new FirmwareOrder(from.Octets(), from.Octets(), from.Octets(), from.Byte() != 0, from.OptionalText());
        order = from.AtEnd ? order : order with { Aborts = from.Byte() != 0, ActivateAt = from.Byte() == 0 ? null : LocalTime.Read(ref from) };
        return from.AtEnd ? order : order with { ImageHash = from.Octets(), ImageOctets = (int)Math.Min(from.Number(), int.MaxValue) };
    }
}
