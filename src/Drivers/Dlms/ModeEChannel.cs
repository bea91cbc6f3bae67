using System.Runtime.CompilerServices;
using Drivers.Ports;
using Protocols.Dlms.Hdlc;
using Protocols.Dlms.ModeE;
using Protocols.Framing;

namespace Drivers.Dlms;

/// <summary>
/// APDUs over HDLC behind an IEC 62056-21 sign-on in mode E. A meter leaves HDLC with its link or after two minutes of silence, and is signed on to again; one that somebody left in
/// HDLC does not hear the sign-on, and is called at the fast speed.
/// </summary>
/// <param name="signedOn">The speed of the last sign-on on this port; 0 for none. Kept by who keeps the port.</param>
internal sealed class ModeEChannel(ISerialLink link, DlmsOptions options, TimeProvider clock, StrongBox<int> signedOn) : IApduChannel
{
    /// <summary>For a call that nobody may hear: one frame, one second.</summary>
    private static readonly HdlcTiming Call = HdlcTiming.Default with { Response = TimeSpan.FromSeconds(1), Retries = 0 };

    private readonly HdlcChannel _hdlc = new(link, options, clock);
    private readonly ModeEFramer _framer = new();
    private readonly long _started = clock.GetTimestamp();

    public int MostRepeats => 0;

    private TimeSpan Now => clock.GetElapsedTime(_started);

    public async ValueTask OpenAsync(int client, CancellationToken stop)
    {
        if (signedOn.Value != 0 && await IsHeardAsync(signedOn.Value, client, stop).ConfigureAwait(false))
        {
            return;
        }

        var signOn = await SignOnAsync(stop).ConfigureAwait(false);
        if (signOn.State == ModeEState.Open)
        {
            signedOn.Value = signOn.Baud;
            await _hdlc.OpenAsync(client, stop).ConfigureAwait(false);
        }
        else if (signOn.Refusal != ModeERefusal.Silence || !await IsHeardAsync(options.Baud, client, stop).ConfigureAwait(false))
        {
            signedOn.Value = 0;
            throw new TimeoutException(Sentence(signOn));
        }
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> apdu, CancellationToken stop) => _hdlc.SendAsync(apdu, stop);

    public ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken stop) => _hdlc.ReceiveAsync(stop);

    public ValueTask CloseAsync(CancellationToken stop) => _hdlc.CloseAsync(stop);

    private async ValueTask<bool> IsHeardAsync(int baud, int client, CancellationToken stop)
    {
        link.SetSpeed(baud);
        try
        {
            await _hdlc.OpenAsync(client, Call, stop).ConfigureAwait(false);
            signedOn.Value = baud;
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async ValueTask<ModeESignOn> SignOnAsync(CancellationToken stop)
    {
        var signOn = new ModeESignOn(options.SignOnAddress, options.Baud);
        var speed = 0;
        signOn.Start(Now);
        while (signOn.State is not (ModeEState.Open or ModeEState.Refused))
        {
            if (speed != signOn.Baud)
            {
                speed = signOn.Baud;
                link.SetSpeed(speed);
            }

            if (signOn.TakeOutput() is { IsEmpty: false } output)
            {
                await link.WriteAsync(output, stop).ConfigureAwait(false);
            }

            var until = _started + (long)(signOn.Due.TotalSeconds * clock.TimestampFrequency) + 1;
            var read = await TimedRead.NextAsync(link.Input, clock, until, options.Port, stop).ConfigureAwait(false);
            var buffer = read.Buffer;
            while (_framer.Read(ref buffer, out var heard, out _) is var result && result != FrameRead.NeedMore)
            {
                if (result == FrameRead.Got)
                {
                    signOn.Take(heard, Now);
                }
                else
                {
                    signOn.TakeRubbish(Now);
                }
            }

            link.Input.AdvanceTo(buffer.Start, buffer.End);
            signOn.Tick(Now);
        }

        return signOn;
    }

    private string Sentence(ModeESignOn signOn)
    {
        var who = signOn.Identification is { } meter ? $"the meter {meter.Maker} {meter.Text} at {options.Port}" : $"the meter at {options.Port}";
        return signOn.Refusal switch
        {
            ModeERefusal.NotAcknowledged => $"{who} answers NAK to the sign-on: is its device address right?",
            ModeERefusal.WrongIdentification => $"what answers the sign-on at {options.Port} is no identification of IEC 62056-21: is only one meter on the line?",
            ModeERefusal.NoHdlc => $"{who} offers no mode E (no \\2 in its identification): it speaks no DLMS on this port",
            ModeERefusal.UnknownSpeed => $"{who} proposes the speed '{(char)signOn.Identification!.Speed}', which modes C and E do not have",
            ModeERefusal.OtherChoice => $"{who} confirmed another speed than was chosen",
            _ => $"no meter answers the sign-on at {options.Port}, nor HDLC at {options.Baud} baud: is the optical head on the meter, is the device address right?",
        };
    }
}
