using Drivers.Dlms.Keys;
using Metering;

namespace Concentrator.Settings;

/// <summary>What a driver of family dlms is told: how it reaches its meter, and how it associates. Which settings go together is checked here, and the files as the driver will read them.</summary>
internal sealed partial class SettingsBinder
{
    private static readonly string[] OfProtection = ["protection", "general", "generalCiphering", "signed", "dedicated"];

    private DlmsSettings Dlms(TomlNode.Table table)
    {
        var association = Table(table, "association");
        var gateway = Table(table, "gateway");
        var isPreEstablished = Truth(association, "preEstablished", false);
        var mechanism = Text(association, "mechanism", isPreEstablished ? "none" : "hls-gmac");
        var settings = new DlmsSettings(
            Text(table, "framing", table.Items.ContainsKey("listen") ? "push" : "wrapper"), Number(table, "baud", 9600, 300, 4_000_000), Number(table, "physical", 0, 0, 0x3FFF), Text(table, "profile", "plain"),
            table.Items.ContainsKey("meter") ? Text(table, "meter", "") : null, Number(association, "client", 1, 1, 127), Number(association, "server", 1, 1, 0x3FFF),
            mechanism, Number(association, "suite", 0, 0, 2), Truth(association, "ciphered", isPreEstablished || mechanism is "hls-gmac" or "hls-ecdsa"),
            Truth(association, "dedicated", false), Text(table, "signOn", ""), Number(gateway, "network", 0, 0, 255), table.Items.ContainsKey("gateway") ? Needed(gateway, "address") : null)
        {
            Listens = table.Items.ContainsKey("listen"),
            Offset = table.Items.ContainsKey("offset") ? (short)Number(table, "offset", 0, -720, 840) : null,
            Association = Details(association),
            PushObjects = Texts(table, "push-objects", []),
        };
        if (settings.GatewayAddress is { } address && (address.Length is 0 or > 64 || address.Length % 2 != 0 || !address.All(char.IsAsciiHexDigit)))
        {
            faults.Add(new SettingsFault(PlaceOf(gateway, "address"), $"address = \"{address}\" wants 1 to 32 octets in hex"));
        }

        if (settings.SignOn.Length > 32 || !settings.SignOn.All(char.IsAsciiLetterOrDigit))
        {
            faults.Add(new SettingsFault(PlaceOf(table, "signOn"), $"signOn = \"{settings.SignOn}\" wants a device address: up to 32 of A-Z, a-z and 0-9"));
        }

        foreach (var wrong in settings.PushObjects.Where(text => !Protocols.Dlms.Push.PushObjects.TryParse(text, out _)))
        {
            faults.Add(new SettingsFault(PlaceOf(table, "push-objects"), $"push-objects: \"{wrong}\" wants class/OBIS/attribute, such as 3/1-0:1.8.0*255/2"));
        }

        if (settings.Meter is { } meter && !Metering.MeterId.TryParse(meter, out _))
        {
            faults.Add(new SettingsFault(PlaceOf(table, "meter"), $"meter = \"{meter}\" wants 4 to 40 of A-Z, 0-9 and '-'"));
        }

        if (!settings.OnlyHears && association.Items.Count > 0)
        {
            CheckAssociation(association, settings);
        }

        return settings;
    }

    private AssociationDetails Details(TomlNode.Table association) => new()
    {
        Protection = Text(association, "protection", "both"), IsGeneral = Truth(association, "general", false), GeneralCiphering = Text(association, "generalCiphering", "none"),
        IsSigned = Truth(association, "signed", false), Challenge = Number(association, "challenge", 16, 8, 64), IsPreEstablished = Truth(association, "preEstablished", false),
        MeterTitle = association.Items.ContainsKey("meterTitle") ? Text(association, "meterTitle", "") : null, Counter = association.Items.ContainsKey("counter") ? Text(association, "counter", "") : null,
        Certificate = File(association, "certificate", secret: false), Key = File(association, "key", secret: true), AgreementKey = File(association, "agreementKey", secret: true),
        Ca = File(association, "ca", secret: false), MeterCertificate = File(association, "meterCertificate", secret: false), MeterAgreement = File(association, "meterAgreement", secret: false),
    };

    private void CheckAssociation(TomlNode.Table table, DlmsSettings dlms)
    {
        var details = dlms.Association;
        void Wrong(string name, string sentence) => faults.Add(new SettingsFault(PlaceOf(table, name), sentence));

        if (dlms is { Mechanism: "hls-gmac" or "hls-ecdsa", Ciphered: false })
        {
            Wrong("ciphered", $"{dlms.Mechanism} without ciphering proves who associates and leaves everything after it open: set ciphered = true");
        }

        foreach (var name in OfProtection.Where(name => !dlms.Ciphered && table.Items.ContainsKey(name)))
        {
            Wrong(name, $"{name} says how APDUs are protected, and none is: set ciphered = true");
        }

        if (details is { IsGeneral: true, GeneralCiphering: not "none" })
        {
            Wrong("general", $"general is general-glo-ciphering, and generalCiphering = \"{details.GeneralCiphering}\" is another form: set one of them");
        }

        if (details.Counter is { } counter && !Obis.TryParse(counter, out _))
        {
            Wrong("counter", $"counter = \"{counter}\" wants an OBIS code, such as 0-0:43.1.2*255");
        }

        CheckPreEstablished(table, dlms);
        CheckCertificates(table, dlms, CertificateUses(dlms));
    }

    /// <summary>A pre-established association begins with its first question: nothing is proved, shown or agreed before it.</summary>
    private void CheckPreEstablished(TomlNode.Table table, DlmsSettings dlms)
    {
        var details = dlms.Association;
        void Wrong(string name, string sentence) => faults.Add(new SettingsFault(PlaceOf(table, name), sentence));

        if (details.MeterTitle is { } title && (title.Length != 16 || !title.All(char.IsAsciiHexDigit)))
        {
            Wrong("meterTitle", $"meterTitle = \"{title}\" wants 8 octets in hex");
        }

        if (!details.IsPreEstablished)
        {
            if (details.MeterTitle is not null)
            {
                Wrong("meterTitle", "meterTitle is for preEstablished = true: otherwise the meter tells its title itself");
            }

            return;
        }

        if (dlms.Mechanism != "none")
        {
            Wrong("mechanism", $"mechanism = \"{dlms.Mechanism}\" is proved while associating, and a pre-established association has no such moment: leave mechanism out");
        }

        if (dlms.Ciphered && details.MeterTitle is null)
        {
            Wrong("preEstablished", "a pre-established association that is ciphered wants meterTitle: no AARE tells the meter's system title");
        }

        if (dlms.Dedicated)
        {
            Wrong("dedicated", "a dedicated key is given in the AARQ, and a pre-established association has none: leave dedicated out");
        }

        if (details.IsSigned || details.GeneralCiphering is "one-pass" or "static")
        {
            Wrong("preEstablished", "signing and agreed keys rest on certificates that are judged in the AARE, and a pre-established association has none");
        }
    }

    /// <summary>The settings that want a private key or a certificate, each in words.</summary>
    private static (string? Signing, string? Agreement) CertificateUses(DlmsSettings dlms)
    {
        var agreed = dlms.Association.GeneralCiphering is "one-pass" or "static" ? $"generalCiphering = \"{dlms.Association.GeneralCiphering}\"" : null;
        return (dlms.Mechanism == "hls-ecdsa" ? "mechanism = \"hls-ecdsa\"" : dlms.Association.IsSigned ? "signed = true" : dlms.Association.GeneralCiphering == "one-pass" ? agreed : null, agreed);
    }

    private void CheckCertificates(TomlNode.Table table, DlmsSettings dlms, (string? Signing, string? Agreement) uses)
    {
        var details = dlms.Association;
        var before = faults.Count;
        void Wrong(string name, string sentence) => faults.Add(new SettingsFault(PlaceOf(table, name), sentence));

        void Wants(string? use, string name, string? path, string what)
        {
            if (use is not null && path is null)
            {
                Wrong(name, $"{use} wants {name}: a file with {what}");
            }
            else if (use is null && path is not null)
            {
                Wrong(name, $"{name} serves nothing here: no setting of this association asks for {what}");
            }
        }

        if ((uses.Signing ?? uses.Agreement) is { } any && dlms.Suite == 0)
        {
            Wrong("suite", $"{any} wants suite = 1 (P-256) or 2 (P-384): suite 0 has neither signatures nor agreed keys");
        }

        if (details.Certificate is null != details.Key is null)
        {
            Wrong(details.Key is null ? "certificate" : "key", $"there is a {(details.Key is null ? "certificate without its key" : "key without its certificate")}: set both or none");
        }
        else
        {
            Wants(uses.Signing, "certificate", details.Certificate, "the box's certificate for signing");
            Wants(uses.Signing, "key", details.Key, "the box's private key for signing");
        }

        Wants(uses.Agreement, "agreementKey", details.AgreementKey, "the box's private key for agreeing on keys");
        Wants(uses.Signing ?? uses.Agreement, "ca", details.Ca, "the certificates that are believed");
        Wants(uses.Agreement, "meterAgreement", details.MeterAgreement, "the meter's certificate for agreeing on keys");
        Wants(dlms.Mechanism == "hls-ecdsa" && details.MeterCertificate is null ? null : uses.Signing, "meterCertificate", details.MeterCertificate, "the meter's certificate for signing");
        if (faults.Count == before && CertificateFilesOf(details) is { } files && files.Fault((byte)dlms.Suite) is { } fault)
        {
            Wrong(details.Certificate is null ? "ca" : "certificate", fault);
        }
    }

    /// <summary>The files, where there are any and none is missing: that was said already.</summary>
    private static CertificateFiles? CertificateFilesOf(AssociationDetails details)
    {
        var files = Composition.DlmsDriverOptions.FilesOf(details);
        return files.IsEmpty || new[] { files.Certificate, files.Key, files.AgreementKey, files.Anchors, files.MeterCertificate, files.MeterAgreement }.Any(path => path is not null && !System.IO.File.Exists(path)) ? null : files;
    }
}
