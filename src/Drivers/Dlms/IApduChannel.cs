namespace Drivers.Dlms;

/// <summary>Carries APDUs to and from one logical device, whatever the framing.</summary>
internal interface IApduChannel
{
    /// <summary>How often a question may be sent again because it or its answer got lost; 0 where the framing sees to that itself.</summary>
    int MostRepeats { get; }

    /// <summary>Makes ready for a client SAP: HDLC connects, the wrapper has nothing to do.</summary>
    /// <exception cref="IOException">The link is gone.</exception>
    /// <exception cref="TimeoutException">The meter does not answer.</exception>
    ValueTask OpenAsync(int client, CancellationToken stop);

    /// <summary>Sends an APDU.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> apdu, CancellationToken stop);

    /// <summary>The next APDU; its octets are its own.</summary>
    /// <exception cref="TimeoutException">None came in time.</exception>
    ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken stop);

    /// <summary>Ends what <see cref="OpenAsync"/> began.</summary>
    ValueTask CloseAsync(CancellationToken stop);
}
