namespace Protocols.Dlms.Apdu;

/// <summary>First octet of an APDU (IEC 62056-5-3 clause 8). Ciphered forms: plain + 8 (glo), plain + 10 hex (ded).</summary>
public enum ApduTag : byte
{
    InitiateRequest = 0x01, ReadRequest = 0x05, WriteRequest = 0x06, InitiateResponse = 0x08, ReadResponse = 0x0C, WriteResponse = 0x0D, ConfirmedServiceError = 0x0E,
    DataNotification = 0x0F, DataNotificationConfirm = 0x10, UnconfirmedWriteRequest = 0x16, InformationReport = 0x18,
    AssociationRequest = 0x60, AssociationResponse = 0x61, ReleaseRequest = 0x62, ReleaseResponse = 0x63,
    GetRequest = 0xC0, SetRequest = 0xC1, EventNotification = 0xC2, ActionRequest = 0xC3, GetResponse = 0xC4, SetResponse = 0xC5, ActionResponse = 0xC7,
    ExceptionResponse = 0xD8, AccessRequest = 0xD9, AccessResponse = 0xDA, GeneralGlo = 0xDB, GeneralDed = 0xDC, GeneralCiphering = 0xDD, GeneralSigning = 0xDF,
    GeneralBlockTransfer = 0xE0, GatewayRequest = 0xE6, GatewayResponse = 0xE7,
}
