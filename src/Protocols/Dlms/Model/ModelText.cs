using System.Globalization;
using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Model;

/// <summary>Objects, attributes and methods in words, for people.</summary>
public static class ModelText
{
    /// <summary>An attribute.</summary>
    public static string OfAttribute(AttributeDescriptor attribute) => string.Create(CultureInfo.InvariantCulture, $"class {attribute.ClassId} {attribute.Instance} attribute {attribute.Attribute}");

    /// <summary>A method.</summary>
    public static string OfMethod(AttributeDescriptor method) => string.Create(CultureInfo.InvariantCulture, $"class {method.ClassId} {method.Instance} method {method.Attribute}");
}
