using Metering;
using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Host;

/// <summary>An interface object of a logical device (IEC 62056-6-2). Attribute 1 is its logical name and is answered by the host.</summary>
/// <param name="classId">Interface class.</param>
/// <param name="version">Version of the class.</param>
/// <param name="name">Logical name.</param>
public abstract class CosemObject(ushort classId, byte version, Obis name)
{
    /// <summary>data-access-result: success, hardware fault, temporary failure, denied, undefined, class inconsistent, unavailable, type unmatched, scope violated, other.</summary>
    public const byte Success = 0, TemporaryFailure = 2, Denied = 3, Undefined = 4, Inconsistent = 9, Unavailable = 11, TypeUnmatched = 12, ScopeViolated = 13, OtherReason = 250;

    /// <summary>Interface class.</summary>
    public ushort ClassId => classId;

    /// <summary>Version of the class.</summary>
    public byte Version => version;

    /// <summary>Logical name.</summary>
    public Obis Name => name;

    /// <summary>The highest attribute it has.</summary>
    public abstract int Attributes { get; }

    /// <summary>The highest method it has.</summary>
    public virtual int Methods => 0;

    /// <summary>What anybody at all may do with an attribute; the rights of the client who asks narrow it further.</summary>
    public virtual AccessRight RightOn(int attribute) => AccessRight.All;

    /// <summary>Reads an attribute from 2 on.</summary>
    public abstract DataResult Get(int attribute, Selection? access);

    /// <summary>Writes an attribute; gives a data-access-result.</summary>
    /// <param name="value">One Data.</param>
    public virtual byte Set(int attribute, ReadOnlyMemory<byte> value) => Denied;

    /// <summary>Executes a method.</summary>
    /// <param name="parameters">One Data, or null.</param>
    public virtual ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters) => new(Denied, null);

    /// <summary>
    /// An attribute is written, or a method executed, outside (a book, a disk): the host hands it out (<see cref="HostAssociation.Wanted"/>) and answers when it is told what became of it.
    /// One at a time: in a list, by ACCESS or by short names such a one is denied.
    /// </summary>
    public virtual bool IsOutside(int member, bool isMethod) => false;

    /// <summary>Data, or an error, as the result of a Get.</summary>
    protected static DataResult Result(byte[] data) => new(data, null);

    /// <summary>An error as the result of a Get.</summary>
    protected static DataResult Error(byte error) => new(default, error);
}
