using System.Globalization;
using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Model.Classes;

namespace Protocols.Dlms.Model;

/// <summary>Objects, attributes and methods in words, for people: <c>Register 1-0:1.8.0*255 attribute 3 scaler_unit</c>.</summary>
public static class ModelText
{
    /// <summary>An attribute.</summary>
    public static string OfAttribute(AttributeDescriptor attribute) =>
        string.Create(CultureInfo.InvariantCulture, $"{OfObject(attribute.ClassId, attribute.Instance)} attribute {attribute.Attribute}{Name(CosemClasses.All.Find(attribute.ClassId)?.Attribute(attribute.Attribute))}");

    /// <summary>A method.</summary>
    public static string OfMethod(AttributeDescriptor method) =>
        string.Create(CultureInfo.InvariantCulture, $"{OfObject(method.ClassId, method.Instance)} method {method.Attribute}{Name(CosemClasses.All.Find(method.ClassId)?.Method(method.Attribute))}");

    /// <summary>An object: its class and its logical name.</summary>
    public static string OfObject(ushort classId, Obis name) => string.Create(CultureInfo.InvariantCulture, $"{CosemClasses.All.Find(classId)?.Name ?? $"class {classId}"} {name}");

    private static string Name(ClassMember? member) => member is null ? "" : " " + member.Name;
}
