using Metering;
using Metering.Orders.Authorization;
using Unit.Plan;

namespace Unit.Flows.Orders;

/// <summary>docs/orders.md says who may give what: each cell of its table is what Authority does.</summary>
public class RoleMatrixTests
{
    private static readonly Role[] Columns = [Role.Viewer, Role.Technician, Role.Operator, Role.SecurityOfficer, Role.Auditor, Role.HeadEnd];

    public static TheoryData<string, string, string> Cells
    {
        get
        {
            var cells = new TheoryData<string, string, string>();
            foreach (var row in Rows())
            {
                for (var column = 0; column < Columns.Length; column++)
                {
                    cells.Add(row[0], Columns[column].ToString(), row[column + 1]);
                }
            }

            return cells;
        }
    }

    [Fact]
    public void The_table_has_a_row_for_each_verb_and_no_other() => Assert.Equal(OrderVerbs.All.Select(verb => verb.Name).Order(), Rows().Select(row => row[0]).Order());

    [Requirement("E7", "F4", "P9, P10")]
    [Theory]
    [MemberData(nameof(Cells))]
    public void A_role_may_give_the_orders_the_table_says(string verb, string role, string cell)
    {
        var who = Enum.Parse<Role>(role);
        Assert.Equal(cell == "x", Judge(verb, who, signed: false).IsAccepted);
        Assert.Equal(cell is "x" or "s", Judge(verb, who, signed: who == Role.HeadEnd).IsAccepted);
        Assert.Equal(cell switch { "x" => RefusalCode.None, "s" => RefusalCode.Unsigned, _ => RefusalCode.Role }, Judge(verb, who, signed: false).Code);
    }

    private static Verdict Judge(string verb, Role role, bool signed)
    {
        var now = new DateTime(2026, 11, 25, 8, 0, 0, DateTimeKind.Utc);
        var issuer = new OrderIssuer("somebody", new HashSet<Role> { role }, role == Role.HeadEnd ? "main" : "local") { KeyId = signed ? "hes-1" : null };
        var order = new OrderRequest("o1", verb, now, null, now.AddHours(1), "n", [MeterId.Parse("LGZ1030655933512")], "{}", issuer);
        return Authority.Judge(order, new AuthorityPolicy(), new AuthorityFacts(new BoxTime(now, TimeQuality.Synchronised, 1, 7), 0, false, _ => true, _ => null));
    }

    private static List<string[]> Rows() =>
    [
        .. File.ReadLines(Path.Combine(Sources.Root, "docs", "orders.md")).SkipWhile(line => !line.StartsWith("| verb |", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
    ];
}
