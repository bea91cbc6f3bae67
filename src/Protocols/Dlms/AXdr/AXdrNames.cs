namespace Protocols.Dlms.AXdr;

/// <summary>Names of the types in the standard's words.</summary>
public static class AXdrNames
{
    /// <summary>A type's name.</summary>
    public static string Of(AXdrTag tag) => tag switch
    {
        AXdrTag.Null => "null-data", AXdrTag.Array => "array", AXdrTag.Structure => "structure", AXdrTag.Boolean => "boolean", AXdrTag.BitString => "bit-string",
        AXdrTag.Int32 => "double-long", AXdrTag.UInt32 => "double-long-unsigned", AXdrTag.OctetString => "octet-string", AXdrTag.VisibleString => "visible-string",
        AXdrTag.Utf8String => "utf8-string", AXdrTag.Bcd => "bcd", AXdrTag.Int8 => "integer", AXdrTag.Int16 => "long", AXdrTag.UInt8 => "unsigned", AXdrTag.UInt16 => "long-unsigned",
        AXdrTag.CompactArray => "compact-array", AXdrTag.Int64 => "long64", AXdrTag.UInt64 => "long64-unsigned", AXdrTag.Enum => "enum", AXdrTag.Float32 => "float32",
        AXdrTag.Float64 => "float64", AXdrTag.DateTime => "date-time", AXdrTag.Date => "date", AXdrTag.Time => "time", AXdrTag.DeltaInt8 => "delta-integer",
        AXdrTag.DeltaInt16 => "delta-long", AXdrTag.DeltaInt32 => "delta-double-long", AXdrTag.DeltaUInt8 => "delta-unsigned", AXdrTag.DeltaUInt16 => "delta-long-unsigned",
        AXdrTag.DeltaUInt32 => "delta-double-long-unsigned", _ => "dont-care",
    };
}
