namespace Unit.Flows.Dlms;

/// <summary>A wire that knows whether its driver is about to wake.</summary>
internal interface IWatchedWire
{
    /// <summary>Something was delivered that the waiting driver has not taken yet.</summary>
    bool IsUnread { get; }
}
