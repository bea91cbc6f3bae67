using Concentrator.Ports;
using Concentrator.Store.Books;
using Metering;
using Metering.Ledger;

namespace Concentrator.Field;

/// <summary>Expects, exchanges and retires meters for an operator.</summary>
/// <param name="isKnown">True for a meter that was ever heard here.</param>
/// <param name="finals">What a meter said last before an instant.</param>
internal sealed class MeterLifeDesk(MeterLifeBook book, Func<MeterId, bool> isKnown, Func<MeterId, DateTime?, CancellationToken, ValueTask<IReadOnlyList<FinalValue>>> finals, ITimeSource time) : IMeterLife
{
    public IReadOnlyList<MeterLifeRecord> List() => book.All;

    public async ValueTask<MeterLifeAnswer> ExpectAsync(MeterFacts facts, string operatorName, CancellationToken stop)
    {
        var refusal = await book.ChangeAsync(() =>
        {
            var before = book.Find(facts.Meter);
            if (before is { IsOpen: false })
            {
                return MeterLifeChange.Refused($"{facts.Meter} is {MeterLifeText.Stage(before.Stage)}: a meter that is gone does not come back under its old row");
            }

            if (before is not null && before.Meter != facts.Meter)
            {
                return MeterLifeChange.Refused($"{facts.Meter} is the M-Bus identity of {before.Meter}");
            }

            var after = (before ?? new MeterLifeRecord(facts.Meter, MeterStage.Expected) { ExpectedAt = time.Now.Utc }) is var known
                ? known with
                {
                    Eui = facts.Eui ?? known.Eui, Serial = facts.Serial ?? known.Serial, MBus = facts.MBus.IsNone ? known.MBus : facts.MBus,
                    Place = facts.Place ?? known.Place, Phase = facts.Phase ?? known.Phase, Profile = facts.Profile ?? known.Profile,
                }
                : throw new System.Diagnostics.UnreachableException();
            return MeterLifeText.Clash(book, after) is { } clash ? MeterLifeChange.Refused(clash) : Audited(operatorName, "meter expect", after, before);
        }, stop).ConfigureAwait(false);
        return Answer(facts.Meter, refusal, isUnknown: false);
    }

    public async ValueTask<MeterLifeAnswer> ExchangeAsync(MeterId old, MeterId successor, DateTime? at, string operatorName, CancellationToken stop)
    {
        var last = await finals(old, at, stop).ConfigureAwait(false); // before the book stands still: the archive may take its time
        var isUnknown = false;
        var refusal = await book.ChangeAsync(() =>
        {
            var (before, next) = (book.Find(old), book.Find(successor));
            isUnknown = before is null && !isKnown(old);
            if (isUnknown)
            {
                return MeterLifeChange.Refused($"{old} was never expected nor heard here: name the meter that hung there before, or expect {successor} with `concentrator meter expect`");
            }

            before ??= new MeterLifeRecord(old, MeterStage.Joined);
            if (Hinders(before, old, next, successor) is { } hindrance)
            {
                return MeterLifeChange.Refused(hindrance);
            }

            var now = at ?? time.Now.Utc;
            var gone = before with { Stage = MeterStage.Exchanged, EndedAt = now, Successor = successor, Final = last };
            var here = next ?? new MeterLifeRecord(successor, MeterStage.Expected) { ExpectedAt = time.Now.Utc };
            here = here with { Place = before.Place ?? here.Place, Phase = here.Phase ?? before.Phase, Profile = here.Profile ?? before.Profile, Predecessor = old };
            var audit = new AuditRecord(operatorName, "meter exchange", $"{old} {successor}", MeterLifeText.Line(before), MeterLifeText.Line(gone));
            return new MeterLifeChange([gone, here], [audit.ToRecord(time.Now)]);
        }, stop).ConfigureAwait(false);
        return Answer(old, refusal, isUnknown);
    }

    public async ValueTask<MeterLifeAnswer> RetireAsync(MeterId meter, string operatorName, CancellationToken stop)
    {
        var isUnknown = false;
        var refusal = await book.ChangeAsync(() =>
        {
            var before = book.Find(meter);
            isUnknown = before is null && !isKnown(meter);
            if (isUnknown || before is { Stage: MeterStage.Retired })
            {
                return MeterLifeChange.Refused(isUnknown ? $"{meter} was never expected nor heard here" : $"{meter} is retired since {before!.EndedAt:yyyy-MM-dd}");
            }

            var known = before ?? new MeterLifeRecord(meter, MeterStage.Joined);
            return Audited(operatorName, "meter retire", known with { Stage = MeterStage.Retired, EndedAt = known.EndedAt ?? time.Now.Utc }, known);
        }, stop).ConfigureAwait(false);
        return Answer(meter, refusal, isUnknown);
    }

    private static string? Hinders(MeterLifeRecord before, MeterId old, MeterLifeRecord? next, MeterId successor) =>
        old == successor || next?.Meter == before.Meter ? $"{old} cannot take its own place"
        : before.Meter != old ? $"{old} is the M-Bus identity of {before.Meter}: exchange that"
        : before.Stage == MeterStage.Exchanged ? $"{old} was exchanged already, on {before.EndedAt:yyyy-MM-dd}, for {before.Successor}"
        : before.Stage == MeterStage.Retired ? $"{old} is retired since {before.EndedAt:yyyy-MM-dd}"
        : next is { IsOpen: false } ? $"{successor} is {MeterLifeText.Stage(next.Stage)}: it cannot take a place"
        : next is not null && next.Meter != successor ? $"{successor} is the M-Bus identity of {next.Meter}"
        : next is { Predecessor.IsNone: false } ? $"{successor} took the place of {next.Predecessor} already"
        : next?.Place is { } place && before.Place is { } where && place != where ? $"{successor} is expected at {place}, and {old} hangs at {where}: correct the place of {successor} first, with `concentrator meter expect {successor} --place {where}`"
        : null;

    private MeterLifeChange Audited(string operatorName, string what, MeterLifeRecord after, MeterLifeRecord? before) =>
        new([after], [new AuditRecord(operatorName, what, after.Meter.Text, before is null ? "" : MeterLifeText.Line(before), MeterLifeText.Line(after)).ToRecord(time.Now)]);

    private MeterLifeAnswer Answer(MeterId meter, string? refusal, bool isUnknown) => new(refusal, isUnknown, book.Find(meter));
}
