using Simulation.Dlms.Objects;

namespace Simulation.Dlms.Equipment;

/// <summary>Room for another firmware; what is activated is what the meter tells from then on: its image identification.</summary>
public sealed class ImageFlash : IMeterEquipment
{
    private const int BlockSize = 200;

    /// <summary>Class 18.</summary>
    public ImageTransferObject Transfer { get; private set; } = null!;

    public void Fit(DlmsMeter meter)
    {
        meter.Device.Add(Transfer = new ImageTransferObject(() => meter.Clock.Now, BlockSize));
        Transfer.Activating += () => meter.Part<Identity>()!.Firmware = System.Text.Encoding.ASCII.GetString(Transfer.Identification.Span);
    }
}
