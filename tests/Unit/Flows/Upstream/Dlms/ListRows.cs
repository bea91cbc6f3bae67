using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;

namespace Unit.Flows.Upstream.Dlms;

/// <summary>Reads the lists of the box.</summary>
internal static class ListRows
{
    /// <summary>Rows of a buffer, each cell as the hex of its content.</summary>
    internal static List<List<string>> Of(DataResult result)
    {
        Assert.Null(result.Error);
        var rows = new List<List<string>>();
        var reader = new AXdrReader(result.Data.Span);
        Assert.True(reader.TryItem(out var all));
        for (var i = 0; i < all.Count; i++)
        {
            Assert.True(reader.TryItem(out var row));
            var cells = new List<string>();
            for (var cell = 0; cell < row.Count; cell++)
            {
                Assert.True(reader.TryItem(out var item));
                cells.Add(Convert.ToHexString(item.Content));
            }

            rows.Add(cells);
        }

        return rows;
    }
}
