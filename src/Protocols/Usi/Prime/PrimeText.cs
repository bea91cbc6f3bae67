namespace Protocols.Usi.Prime;

/// <summary>What the modem's codes mean, in words that go into a sentence.</summary>
public static class PrimeText
{
    /// <summary>Why an APDU did not reach its meter; begins after the meter's name.</summary>
    public static string Of(DataStatus status) => status switch
    {
        DataStatus.Sent => "was reached",
        DataStatus.TimedOut => "does not acknowledge: no answer on the line from its modem, or its switch is gone (status 02)",
        DataStatus.MacError => "could not be sent to: the modem's MAC failed to send (status 80)",
        DataStatus.MacBusy => "could not be sent to: the modem's MAC is busy (status 81)",
        DataStatus.NoBuffers => "could not be sent to: the modem has no buffer left (status 82)",
        DataStatus.ConnectionClosed => "has closed its 4-32 connection (status 83)",
        DataStatus.Receiving => "could not be sent to: the modem is receiving from it (status 84)",
        DataStatus.BadAddress => "has an address that the modem does not take (status C0)",
        DataStatus.BadHandle => "has no connection that the modem knows (status C1)",
        DataStatus.Busy => "could not be sent to: its connection is busy (status C2)",
        DataStatus.BadDestination => "has an address that is in no connection (status C3)",
        _ => $"could not be sent to: the modem says {(byte)status:X2}, which is no code this version knows",
    };

    /// <summary>The meter has no connection any more: only a join brings it back.</summary>
    public static bool IsGone(DataStatus status) => status is DataStatus.ConnectionClosed or DataStatus.BadAddress or DataStatus.BadHandle or DataStatus.BadDestination;

    /// <summary>Only the modem was busy for a moment.</summary>
    public static bool IsMomentary(DataStatus status) => status is DataStatus.MacBusy or DataStatus.NoBuffers or DataStatus.Receiving or DataStatus.Busy;

    /// <summary>What became of a question to the MAC.</summary>
    public static string Of(MlmeResult result) => result switch
    {
        MlmeResult.Done => "done",
        MlmeResult.Failed => "it failed or was rejected (result 1)",
        MlmeResult.TimedOut => "it timed out (result 2)",
        MlmeResult.NoSuchDevice => "there is no such device (result 4)",
        MlmeResult.NoSubnetwork => "there is no subnetwork (result 8)",
        MlmeResult.NoSwitch => "there is no switch, or the medium is wrong (result 9)",
        MlmeResult.Redundant => "it was so already (result 10)",
        MlmeResult.BadAttribute => "the firmware does not know the attribute (result 11)",
        MlmeResult.OutOfRange => "the value is out of range (result 12)",
        MlmeResult.ReadOnly => "the attribute is read only (result 13)",
        MlmeResult.WrongLsid => "the LSID is wrong (result 15)",
        _ => $"result {(byte)result}, which is no code this version knows",
    };
}
