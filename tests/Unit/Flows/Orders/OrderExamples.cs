namespace Unit.Flows.Orders;

/// <summary>Arguments of each verb that are right, in canonical form; an order that names another names <c>subject</c>.</summary>
internal static class OrderExamples
{
    private static readonly Dictionary<string, string> All = new()
    {
        ["read"] = """{"what":"registers"}""", ["breaker"] = "{}", ["disconnect"] = "{}", ["reconnect"] = "{}", ["limiter"] = """{"normal":4600,"unit":"W"}""",
        ["load-switch"] = """{"name":"boiler","on":true}""", ["clock"] = "{}", ["token"] = """{"token":"0102"}""", ["message"] = """{"text":"hola"}""",
        ["calendar"] = """{"days":[{"id":1,"switches":[{"at":"00:00","script":"0-0:10.0.100*255","selector":1}]}],"name":"A","seasons":[{"name":"S","start":"*-01-01","week":"W"}],"weeks":[{"days":[1,1,1,1,1,1,1],"name":"W"}]}""",
        ["write"] = """{"attribute":2,"class":1,"obis":"0-0:96.13.0*255","value":"0900"}""", ["execute"] = """{"class":1000,"method":1,"obis":"0-0:96.1.0*255"}""",
        ["mbus"] = """{"action":"install","argument":"01","channel":1}""", ["firmware"] = """{"identification":"01","image":"AAAA","legallyRelevant":false}""",
        ["resend"] = """{"from":3,"to":9}""", ["meters"] = """{"expect":["LGZ1030655933519"]}""", ["cancel"] = """{"orderId":"subject"}""", ["approve"] = """{"orderId":"subject"}""",
    };

    internal static string ArgumentsOf(string verb) => All.GetValueOrDefault(verb, "{}");
}
