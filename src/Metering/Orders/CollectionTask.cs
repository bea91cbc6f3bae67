namespace Metering.Orders;

/// <summary>Something the box reads by itself, again and again.</summary>
/// <param name="Read">What: see <see cref="ReadOrder.What"/>.</param>
/// <param name="Every">How often.</param>
/// <param name="Start">When the first run of a day begins, local time.</param>
/// <param name="Due">Until when a day's values are wanted, local time; null where nothing is promised.</param>
public sealed record CollectionTask(string Read, TimeSpan Every, TimeSpan Start, TimeSpan? Due);
