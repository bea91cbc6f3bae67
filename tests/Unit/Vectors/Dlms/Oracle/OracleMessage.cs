using Protocols.Dlms.Apdu;

namespace Unit.Vectors.Dlms.Oracle;

/// <summary>Messages in the other program's words, as we read them: what <see cref="OracleXml"/> is held against.</summary>
internal static class OracleMessage
{
    internal static IEnumerable<string> Lines(Pdu message) => message switch
    {
        AssociationMessage association => OracleAssociation.Lines(association),
        InitiateRequest request => OracleAssociation.Lines(request),
        InitiateResponse response => OracleAssociation.Lines(response),
        Ciphered ciphered => [$"{(ciphered.IsDedicated ? "ded_" : "glo_")}{Camel(ciphered.Name[4..])}={Hex(ciphered.Content)}"],
        GeneralCiphered general => [general.IsDedicated ? "GeneralDedCiphering" : "GeneralGloCiphering", $"SystemTitle={Hex(general.SystemTitle)}", $"CipheredService={Hex(general.Content)}"],
        GeneralBlockTransfer block => ["GeneralBlockTransfer", $"BlockControl={block.Control:X2}", $"BlockNumber={block.Block:X4}", $"BlockNumberAck={block.Acknowledged:X4}", $"BlockData={Hex(block.Raw)}"],
        Gateway gateway => ["GatewayRequest", $"NetworkId={gateway.Network}", $"PhysicalDeviceAddress={Hex(gateway.Address)}", .. Lines(Pdu.Read(gateway.Inner, out _)!)],
        ConfirmedServiceError error => ["ConfirmedServiceError", $"Service={error.Service:X2}", "ServiceError", OracleNames.ServiceError(error)],
        GetRequest get => ["GetRequest", .. Get(get)],
        GetResponse get => ["GetResponse", .. Get(get)],
        SetRequest set => ["SetRequest", .. Set(set)],
        SetResponse set => ["SetResponse", .. Set(set)],
        ActionRequest action => ["ActionRequest", .. Action(action)],
        ActionResponse action => ["ActionResponse", .. Action(action)],
        DataNotification push => ["DataNotification", $"LongInvokeIdAndPriority={push.Id.Octets:X8}", $"DateTime={Hex(push.At)}", "NotificationBody", "DataValue", .. OracleData.Lines(push.Data)],
        EventNotification happened => ["EventNotificationRequest", $"DateTime={Hex(happened.At ?? default)}", .. Attribute(happened.Attribute, null), "AttributeValue", .. OracleData.Lines(happened.Data)],
        AccessRequest access =>
        [
            "AccessRequest", $"LongInvokeIdAndPriority={access.Id.Octets:X8}", $"DateTime={Hex(access.At)}", "AccessRequestBody", $"AccessRequestSpecification#{access.Specifications.Count}",
            .. access.Specifications.SelectMany(one => (string[])["_AccessRequestSpecification", OracleNames.Specification(one.Choice), .. Attribute(one.Attribute, one.Access)]),
            $"AccessRequestListOfData#{access.Values.Count}", .. access.Values.SelectMany(OracleData.Lines),
        ],
        _ => [message.Name],
    };

    private static IEnumerable<string> Get(GetRequest request) => request switch
    {
        GetRequest.Normal normal => ["GetRequestNormal", Id(normal.Id), .. Attribute(normal.Attribute, normal.Access)],
        GetRequest.Next next => ["GetRequestForNextDataBlock", Id(next.Id), $"BlockNumber={next.Block:X8}"],
        GetRequest.WithList list => ["GetRequestWithList", Id(list.Id), .. Many(list.Attributes)],
        _ => [],
    };

    private static IEnumerable<string> Get(GetResponse response) => response switch
    {
        GetResponse.Normal normal => ["GetResponseNormal", Id(normal.Id), "Result", .. Result(normal.Result)],
        GetResponse.WithDatablock { Error: { } error } block => ["GetResponsewithDataBlock", Id(block.Id), "Result", Last(block.Last), $"BlockNumber={block.Block:X8}", "Result", .. error == 0 ? [] : (string[])[$"DataAccessResult={OracleNames.Access(error)}"]],
        GetResponse.WithDatablock block => ["GetResponsewithDataBlock", Id(block.Id), "Result", Last(block.Last), $"BlockNumber={block.Block:X8}", "Result", $"RawData={Hex(block.Raw)}"],
        GetResponse.WithList list => ["GetResponseWithList", Id(list.Id), $"Result#{list.Results.Count}", .. list.Results.SelectMany(Result)],
        _ => [],
    };

    private static IEnumerable<string> Set(SetRequest request) => request switch
    {
        SetRequest.Normal normal => ["SetRequestNormal", Id(normal.Id), .. Attribute(normal.Attribute, normal.Access), "Value", .. OracleData.Lines(normal.Value)],
        SetRequest.FirstDatablock first => ["SetRequestFirstDataBlock", Id(first.Id), .. Attribute(first.Attribute, first.Access), .. Block("DataBlock", first.Block)],
        SetRequest.WithDatablock block => ["SetRequestWithDataBlock", Id(block.Id), .. Block("DataBlock", block.Block)],
        SetRequest.WithList list => ["SetRequestWithList", Id(list.Id), .. Many(list.Attributes), $"ValueList#{list.Values.Count}", .. list.Values.SelectMany(OracleData.Lines)],
        _ => [],
    };

    private static IEnumerable<string> Set(SetResponse response) => response switch
    {
        SetResponse.Normal normal => ["SetResponseNormal", Id(normal.Id), $"Result={OracleNames.Access(normal.Result)}"],
        SetResponse.Datablock block => ["SetResponseDataBlock", Id(block.Id), $"BlockNumber={block.Block:X8}"],
        SetResponse.LastDatablock last => ["SetResponseWithLastDataBlock", Id(last.Id), $"Result={OracleNames.Access(last.Result)}", $"BlockNumber={last.Block:X8}"],
        SetResponse.WithList list => ["SetResponseWithList", Id(list.Id), $"Result#{list.Results.Count}", .. list.Results.Select(result => $"DataAccessResult={OracleNames.Access(result)}")],
        _ => [],
    };

    private static IEnumerable<string> Action(ActionRequest request) => request switch
    {
        ActionRequest.Normal normal => ["ActionRequestNormal", Id(normal.Id), .. Method(normal.Method), .. normal.Parameters is { } given ? ["MethodInvocationParameters", .. OracleData.Lines(given)] : Array.Empty<string>()],
        ActionRequest.NextPblock next => ["ActionRequestForNextPBlock", Id(next.Id), $"BlockNumber={next.Block:X8}"],
        ActionRequest.WithList list => ["ActionRequestWithList", Id(list.Id)], // it prints no more of it
        ActionRequest.FirstPblock first => ["ActionRequestWithFirstBlock", Id(first.Id), .. Method(first.Method), .. Block("DataBlock", first.Block)],
        ActionRequest.ListFirstPblock first => ["ActionRequestWithListAndFirstBlock", Id(first.Id)], // nor of this
        ActionRequest.Pblock block => ["ActionRequestWithBlock", Id(block.Id), .. Block("DataBlock", block.Block)],
        _ => [],
    };

    private static IEnumerable<string> Action(ActionResponse response) => response switch
    {
        ActionResponse.Normal normal => ["ActionResponseNormal", Id(normal.Id), $"Result={OracleNames.Access(normal.Result.Result)}", .. normal.Result.Return is { } back ? ["ReturnParameters", .. back.Error is { } error ? [$"DataAccessError={OracleNames.Access(error)}"] : Result(back)] : Array.Empty<string>()],
        ActionResponse.Pblock block => ["ActionResponseWithPBlock", Id(block.Id), .. Block("PBlock", block.Block)],
        ActionResponse.NextPblock next => ["ActionResponseNextPBlock", Id(next.Id), $"BlockNumber={next.Block:X8}"],
        _ => [],
    };

    private static IEnumerable<string> Many(IReadOnlyList<(AttributeDescriptor Attribute, Selection? Access)> all) =>
        [$"AttributeDescriptorList#{all.Count}", .. all.SelectMany(one => (string[])["AttributeDescriptorWithSelection", .. Attribute(one.Attribute, null)])]; // it prints no selections in lists

    private static IEnumerable<string> Attribute(AttributeDescriptor attribute, Selection? access) =>
    [
        "AttributeDescriptor", $"ClassId={attribute.ClassId:X4}", $"InstanceId={Name(attribute)}", $"AttributeId={(byte)attribute.Attribute:X2}",
        .. access is { } given ? ["AccessSelection", $"AccessSelector={given.Selector:X2}", "AccessParameters", .. OracleData.Lines(given.Parameters)] : Array.Empty<string>(),
    ];

    private static IEnumerable<string> Method(AttributeDescriptor method) => ["MethodDescriptor", $"ClassId={method.ClassId:X4}", $"InstanceId={Name(method)}", $"MethodId={(byte)method.Attribute:X2}"];

    private static IEnumerable<string> Result(DataResult result) => result.Error is { } error ? error == 0 ? [] : [$"DataAccessError={OracleNames.Access(error)}"] /* it prints no error that is none */ : ["Data", .. OracleData.Lines(result.Data)];

    private static IEnumerable<string> Block(string name, DataBlock block) => [name, Last(block.Last), $"BlockNumber={block.Number:X8}", $"RawData={Hex(block.Raw)}"];

    private static string Last(bool last) => $"LastBlock={(last ? "01" : "00")}";

    private static string Id(InvokeId id) => $"InvokeIdAndPriority={id.Octet:X2}";

    private static string Name(AttributeDescriptor attribute) =>
        Convert.ToHexString([attribute.Instance.A, attribute.Instance.B, attribute.Instance.C, attribute.Instance.D, attribute.Instance.E, attribute.Instance.F]);

    private static string Camel(string name) => string.Concat(name.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private static string Hex(ReadOnlyMemory<byte> octets) => Convert.ToHexString(octets.Span);
}
