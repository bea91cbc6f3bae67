namespace Simulation.Dlms.Misbehaviours;

/// <summary>What a meter puts on the line, and when.</summary>
/// <param name="After">How long after the one before.</param>
/// <param name="Octets">What; may be nothing.</param>
/// <param name="Closes">The link is gone behind it: a connection closes, a link layer forgets.</param>
public readonly record struct LineStep(TimeSpan After, byte[] Octets, bool Closes = false);

/// <summary>Spoils what a meter sends in answer to a read of a profile's buffer, as framed octets.</summary>
public sealed class LineFaults(DlmsMeter meter)
{
    private const int RebootsAtBlock = 3;

    /// <summary>Later than any client waits.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(40);

    private readonly Random _random = new(meter.Plan.Seed);
    private bool _wasLate, _hasRebooted;

    /// <summary>The steps in which an answer goes out.</summary>
    public IReadOnlyList<LineStep> Spoil(byte[] framed)
    {
        var plan = meter.Plan;
        if (framed.Length == 0 || !meter.IsBufferAsked)
        {
            return [new LineStep(TimeSpan.Zero, framed)];
        }

        if (plan.Has(MeterFault.Silence))
        {
            return [];
        }

        if (plan.Has(MeterFault.HalfFrames))
        {
            return [new LineStep(TimeSpan.Zero, framed[..(framed.Length / 2)], Closes: plan.Has(MeterFault.RebootInTheMiddle))];
        }

        if (plan.Has(MeterFault.Garbage))
        {
            var rubbish = new byte[framed.Length];
            _random.NextBytes(rubbish);
            return [new LineStep(TimeSpan.Zero, rubbish)];
        }

        if (plan.Has(MeterFault.LateAnswers) && !_wasLate)
        {
            _wasLate = true;
            return [new LineStep(Late, framed)];
        }

        if (plan.Has(MeterFault.RebootInTheMiddle) && !_hasRebooted && meter.BlocksAsked >= RebootsAtBlock)
        {
            _hasRebooted = true;
            return [new LineStep(TimeSpan.Zero, [], Closes: true)];
        }

        return plan.Has(MeterFault.DuplicateAnswers) ? [new LineStep(TimeSpan.Zero, framed), new LineStep(TimeSpan.Zero, framed)] : [new LineStep(TimeSpan.Zero, framed)];
    }
}
