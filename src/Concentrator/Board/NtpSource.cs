using System.Net.Sockets;
using System.Security.Cryptography;
using Concentrator.Ports;

namespace Concentrator.Board;

/// <summary>Asks a time server what it says of the box's clock, every few minutes; the system's own time service sets the clock, this only looks.</summary>
/// <param name="name">The source as it is configured, <c>ntp://host</c>.</param>
internal sealed class NtpSource(string name, string host, int port, IClockOpinions opinions, TimeProvider clock, ILogger log)
{
    /// <summary>The port of the protocol.</summary>
    internal const int Port = 123;

    private static readonly TimeSpan AtFirst = TimeSpan.FromSeconds(16), Later = TimeSpan.FromSeconds(256), AnswerWithin = TimeSpan.FromSeconds(3);
    private bool _told;

    /// <summary>Asks until stopped.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        for (var asked = 0; !stop.IsCancellationRequested; asked++)
        {
            try
            {
                var fault = await AskAsync(stop).ConfigureAwait(false);
                if (fault is not null && !_told)
                {
                    log.TimeServerSilent(name, fault); // once per silence
                }

                _told = fault is not null;
                await Task.Delay(asked < 8 ? AtFirst : Later, clock, stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Asks once; gives what was wrong, or null.</summary>
    internal async Task<string?> AskAsync(CancellationToken stop)
    {
        try
        {
            using var socket = new UdpClient();
            socket.Connect(host, port);
            var cookie = RandomNumberGenerator.GetBytes(8);
            var (asked, began) = (clock.GetUtcNow().UtcDateTime, clock.GetTimestamp());
            await socket.SendAsync(NtpPacket.Question(cookie), stop).ConfigureAwait(false);
            using var late = new CancellationTokenSource(AnswerWithin, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
            var answer = await socket.ReceiveAsync(either.Token).ConfigureAwait(false);
            var (offset, uncertainty) = NtpPacket.Read(answer.Buffer, cookie, asked, clock.GetElapsedTime(began), out var fault);
            if (fault is null)
            {
                opinions.Tell(new ClockOpinion(name, offset, uncertainty));
            }

            return fault;
        }
        catch (SocketException e)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return $"no answer within {AnswerWithin.TotalSeconds:F0} s";
        }
    }
}
