using Metering;
using Metering.Driver;

namespace Drivers.Prime;

/// <summary>What is to be done with a node that has a connection.</summary>
/// <param name="Meter">Who is behind it; none where that is not known, or is not to be asked.</param>
/// <param name="MustBeAsked">Nobody knows: the meter itself does.</param>
internal readonly record struct NodeVerdict(NodeState State, string Sentence, MeterId Meter = default, string? Profile = null, bool MustBeAsked = false, bool SaidItself = false);
