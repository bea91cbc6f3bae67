namespace Substation;

/// <summary>A meter that is missed, and what is said of it.</summary>
/// <param name="Why">Of the closed list.</param>
/// <param name="LongestThere">How long it was there in one piece since the last run began, minutes.</param>
internal sealed record LifeMiss(int Number, string Why, string Sentence, double LongestThere);

/// <summary>How a run stood a little before the next.</summary>
/// <param name="Complete">Meters of which nothing is missed.</param>
internal sealed record LifeCount(string At, int Complete);

/// <summary>What became of a day in the life of a substation.</summary>
/// <param name="Wanted">Rows that those meters stored until the last run who were there long enough.</param>
/// <param name="Missing">Of them, those that did not arrive.</param>
/// <param name="Wrong">Rows that arrived with other values than the meter stored, or that it never stored.</param>
/// <param name="Again">Rows that arrived twice.</param>
/// <param name="Addresses">Nodes that had more than one address, one after another.</param>
/// <param name="Went">Times that a meter which could be asked could not any more.</param>
/// <param name="AtNeighbour">Times that a meter was at the neighbour's.</param>
/// <param name="BranchesDown">Meters of which it was said meanwhile that their branch is down.</param>
/// <param name="Unlisted">Missed meters of which something is said that is not in the closed list.</param>
internal sealed record LifeReport(
    string Network, string Kind, int Meters, int Seed, IReadOnlyList<LifeCount> Counts, int There, long Wanted, long Missing, long Wrong, long Rows, long Again, int Addresses, int Went, int AtNeighbour, int BranchesDown,
    int Spoiled, int Unlisted, IReadOnlyList<LifeMiss> Missed, double ProcessorSeconds);

/// <summary>What is said of each faulty meter, and what they cost the good ones.</summary>
/// <param name="Missing">Rows of the good ones that did not arrive.</param>
/// <param name="Wrong">Rows of any that arrived otherwise than they were stored.</param>
/// <param name="Again">Rows of the good ones that arrived twice.</param>
/// <param name="Said">By the fault: which reason of the closed list, and the sentence.</param>
/// <param name="Strangers">What is said of nodes that nobody expects.</param>
/// <param name="GoodMinutes">From the run until the last good meter was complete.</param>
internal sealed record FaultyReport(
    string Network, int Good, int GoodComplete, long Missing, long Wrong, long Again, double GoodMinutes, IReadOnlyDictionary<string, LifeMiss> Said, IReadOnlyList<string> Strangers, string Medium, double ProcessorSeconds);
