using Drivers.Usi;
using Protocols.Usi.Prime;

namespace Drivers.Prime;

/// <summary>A list of the modem as its parts come in.</summary>
internal sealed class PrimeList<T>
    where T : struct, IPrimeRecord<T>
{
    /// <summary>What came.</summary>
    internal List<T> Records { get; } = [];

    /// <summary>Why it is none; null where it is.</summary>
    internal string? Fault { get; private set; }

    /// <summary>Takes a part; a modem that never ends its list is ended.</summary>
    internal UsiTaken Take(PrimeMessage? message)
    {
        if (message is not PibListConfirm part || part.Pib != T.Pib)
        {
            return UsiTaken.Not;
        }

        Fault = part.Result != MlmeResult.Done ? PrimeText.Of(part.Result)
            : PrimeRecords.Read(part.Records.Span, Records) ?? (Records.Count > PrimeOptions.MostNodes ? $"it has more than {PrimeOptions.MostNodes} records" : null);
        return Fault is not null || part.Records.IsEmpty ? UsiTaken.Whole : UsiTaken.Part;
    }
}
