using Protocols.Dlms.Client;

namespace Drivers.Dlms;

/// <summary>APDUs to and from a meter behind a gateway, over whatever leads to the gateway.</summary>
internal sealed class GatewayChannel(IApduChannel inner, GatewayPrefix prefix, string port) : IApduChannel
{
    private const int MostForOthers = 64;

    public int MostRepeats => inner.MostRepeats;

    public ValueTask OpenAsync(int client, CancellationToken stop) => inner.OpenAsync(client, stop);

    public ValueTask SendAsync(ReadOnlyMemory<byte> apdu, CancellationToken stop) => inner.SendAsync(prefix.Wrap(apdu), stop);

    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken stop)
    {
        for (var others = 0; others < MostForOthers; others++)
        {
            if (prefix.TryUnwrap(await inner.ReceiveAsync(stop).ConfigureAwait(false), out var apdu, out var sentence))
            {
                return apdu;
            }

            if (sentence is not null)
            {
                throw new MeterRefusalException($"the gateway at {port} answers for meter {Convert.ToHexString(prefix.Address.Span)} in network {prefix.Network}: {sentence}");
            }
        }

        throw new TimeoutException($"the gateway at {port} gives the answers of other meters, and none of {Convert.ToHexString(prefix.Address.Span)}");
    }

    public ValueTask CloseAsync(CancellationToken stop) => inner.CloseAsync(stop);
}
