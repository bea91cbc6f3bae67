namespace Metering.Driver;

/// <summary>The state of a link, as a table row: what it is and whether meters can be heard.</summary>
public enum LinkState
{
    Closed, Opening, Configuring, Listening, Stalled, Lost,
}

/// <summary>What a driver tells: a closed family.</summary>
public abstract record DriverEvent
{
    private DriverEvent()
    {
    }

    /// <summary>A frame became readings.</summary>
    public sealed record ReadingsTaken(ReadingBlock Block, RawFrame Raw, SecurityFacts Security) : DriverEvent
    {
        /// <summary>What becomes of them, by the order that asked.</summary>
        public ReadingUse Use { get; init; }
    }

    /// <summary>A frame of a meter that carries no readings (acknowledgement, installation request, empty application).</summary>
    public sealed record MeterHeard(MeterId Meter, RawFrame Raw, string What) : DriverEvent;

    /// <summary>A frame that did not become readings; <paramref name="Meter"/> is none where not even an address could be read.</summary>
    public sealed record Rejected(MeterId Meter, RawFrame Raw, Fault Fault) : DriverEvent;

    /// <summary>The link changed; the sentence says what happened and what the driver does about it.</summary>
    public sealed record LinkChanged(LinkState State, string Sentence, IReadOnlyDictionary<string, string>? Facts = null) : DriverEvent;

    /// <summary>Events out of a meter's own log.</summary>
    public sealed record EventsTaken(MeterId Meter, IReadOnlyList<MeterEvent> Events, RawFrame Raw) : DriverEvent
    {
        /// <summary>The collection task that asked, or null.</summary>
        public string? Task { get; init; }
    }

    /// <summary>A meter joined the network.</summary>
    public sealed record Joined(MeterId Meter, string LinkAddress) : DriverEvent;

    /// <summary>A meter left the network.</summary>
    public sealed record Left(MeterId Meter, string LinkAddress, string Reason) : DriverEvent;

    /// <summary>A meter changed its place in the network.</summary>
    public sealed record Moved(MeterId Meter, string LinkAddress, string Parent) : DriverEvent;

    /// <summary>A node of the driver's network changed: its state, its place, its meter.</summary>
    public sealed record NodeChanged(NetworkNode Node) : DriverEvent;

    /// <summary>A meter spoke by itself (DLMS push, alarm, P1 telegram).</summary>
    public sealed record Pushed(MeterId Meter, ReadingBlock? Block, RawFrame Raw, SecurityFacts Security) : DriverEvent
    {
        /// <summary>Alarms and events the push tells.</summary>
        public IReadOnlyList<MeterEvent> Events { get; init; } = [];

        /// <summary>The like comes every few seconds: one of each kind is kept a slot, as from the air. False: every one is kept.</summary>
        public bool Repeats { get; init; }

        /// <summary>Who waits for it to be in the ledger, because the meter does; null for nobody.</summary>
        public PushReceipt? Receipt { get; init; }
    }
}

/// <summary>One entry of a meter's event log; its identity is log, time, number and occurrence.</summary>
public sealed record MeterEvent(Obis Log, int Number, string Set, DeviceTime OccurredAt, int Occurrence, string Text);
