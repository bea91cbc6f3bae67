using Protocols.Dlms.Host;

namespace Simulation.Dlms.Misbehaviours;

/// <summary>Stands between a host and its ciphering, where questions are clear already and answers still are.</summary>
internal sealed class SpoilingSecurity(IHostSecurity inner, AnswerFaults faults) : IHostSecurity
{
    public ReadOnlyMemory<byte> Title => inner.Title;

    public byte Suite => inner.Suite;

    public byte Required => inner.Required;

    public ReadOnlyMemory<byte> Certificate => inner.Certificate;

    public string? TakeCertificate(ReadOnlyMemory<byte> certificate, ReadOnlyMemory<byte> clientTitle) => inner.TakeCertificate(certificate, clientTitle);

    public HostOpened Open(ReadOnlyMemory<byte> protectedApdu, ReadOnlyMemory<byte> clientTitle)
    {
        var opened = inner.Open(protectedApdu, clientTitle);
        faults.Hear(opened.Plain.Span);
        return opened;
    }

    public byte[] Protect(ReadOnlyMemory<byte> plain, HostProtection like) => inner.Protect(faults.Spoil(plain.ToArray()), like);

    public byte[] Challenge(int length) => inner.Challenge(length);

    public bool IsProof(int mechanism, ReadOnlyMemory<byte> value, ReadOnlyMemory<byte> clientTitle, ReadOnlyMemory<byte> clientChallenge, ReadOnlyMemory<byte> serverChallenge) =>
        inner.IsProof(mechanism, value, clientTitle, clientChallenge, serverChallenge);

    public byte[] Prove(int mechanism, ReadOnlyMemory<byte> clientTitle, ReadOnlyMemory<byte> clientChallenge, ReadOnlyMemory<byte> serverChallenge) =>
        inner.Prove(mechanism, clientTitle, clientChallenge, serverChallenge);

    public void UseDedicatedKey(ReadOnlyMemory<byte>? key) => inner.UseDedicatedKey(key);
}
