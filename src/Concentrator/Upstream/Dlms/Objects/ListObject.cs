using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;

namespace Concentrator.Upstream.Dlms.Objects;

/// <summary>A row of a list.</summary>
/// <param name="At">What a range restricts; null for a row without time, which no range finds.</param>
/// <param name="Cells">Data, one for each column.</param>
internal readonly record struct ListRow(DateTime? At, IReadOnlyList<byte[]> Cells);

/// <summary>Class 7: a list that the box keeps, read whole, by entries, or where it has a clock by time.</summary>
/// <param name="rows">As it stands, oldest or first one first.</param>
/// <param name="most">Rows it may have.</param>
internal sealed class ListObject(Obis name, IReadOnlyList<CaptureObject> columns, Func<IEnumerable<ListRow>> rows, uint most) : CosemObject(7, 1, name)
{
    private const byte FirstInFirstOut = 1;
    private const int MostAtOnce = 8192;

    public override int Attributes => 8;

    public override AccessRight RightOn(int attribute) => AccessRight.Read;

    public override DataResult Get(int attribute, Selection? access)
    {
        if (attribute != 2 && access is not null)
        {
            return Error(ScopeViolated);
        }

        var to = new DataWriter();
        switch (attribute)
        {
            case 2:
                return Buffer(access);
            case 3:
                CaptureObject.WriteList(to, columns);
                return Result(to.ToArray());
            case 4:
                return Result(to.UInt32(0).ToArray());
            case 5:
                return Result(to.Enum(FirstInFirstOut).ToArray());
            case 6:
                return Result(to.Structure(4).UInt16(columns[0].ClassId).Name(columns[0].Name).Int8((sbyte)columns[0].Attribute).UInt16(0).ToArray());
            case 7:
                return Result(to.UInt32((uint)rows().Count()).ToArray());
            case 8:
                return Result(to.UInt32(most).ToArray());
            default:
                return Error(Undefined);
        }
    }

    private DataResult Buffer(Selection? access)
    {
        if ((access is { } selection ? ProfileChoice.Read(selection, columns) : ProfileChoice.All) is not { } choice)
        {
            return Error(TypeUnmatched);
        }

        var last = choice.LastEntry == 0 ? uint.MaxValue : choice.LastEntry;
        var found = rows()
            .Where((row, i) => choice.From is null ? i + 1 >= choice.FirstEntry && i < last : row.At >= choice.From && row.At <= choice.To)
            .Take(MostAtOnce).ToList();
        var places = choice.Columns.Count == 0 ? [.. Enumerable.Range(0, columns.Count)] : choice.Columns;
        var to = new DataWriter().Array(found.Count);
        foreach (var row in found)
        {
            to.Structure(places.Count);
            foreach (var place in places)
            {
                to.Raw(row.Cells[place]);
            }
        }

        return Result(to.ToArray());
    }
}
