using Metering;
using Protocols.Dlms.Model;

namespace Protocols.P1;

/// <summary>What is known of the meter behind a P1 port and stands in no telegram.</summary>
/// <param name="Meter">The meter, where its telegrams do not say; none: they must.</param>
/// <param name="Profile">What kind of quantity a code is.</param>
/// <param name="OffsetMinutes">Standard time of its zone, east of UTC; null where nobody said: times then have no offset.</param>
public sealed record P1Options(MeterId Meter, MeterProfile Profile, short? OffsetMinutes);

/// <summary>What a telegram says: blocks of the meter and of the devices behind it, and its log of power failures.</summary>
/// <param name="Meter">The electricity meter.</param>
/// <param name="Blocks">One for each device, and one for each profile that stands in the telegram.</param>
/// <param name="Events">Ends of long power failures.</param>
public sealed record P1Readings(MeterId Meter, IReadOnlyList<ReadingBlock> Blocks, IReadOnlyList<Metering.Driver.MeterEvent> Events);
