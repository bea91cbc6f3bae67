namespace Metering.Orders.Authorization;

/// <summary>Whose turn it is first on a medium: the order of members.</summary>
public enum OrderPriority : byte
{
    Breaker, OnDemand, Setting, Firmware,
}

/// <summary>What is done with a meter of whose order nobody knows whether it was carried out: the answer is missing, or the power went.</summary>
public enum AfterUnknown : byte
{
    /// <summary>The order is given again: carried out twice it is the same as once.</summary>
    Repeat,
    /// <summary>The state is read back, and the order never sent again.</summary>
    ReadBack,
    /// <summary>Nothing tells: it stays unknown, for a person.</summary>
    Stay,
}

/// <summary>One verb of <c>cmd/{verb}</c>, and the rules that hold for it.</summary>
/// <param name="Name">As in the topic.</param>
/// <param name="Kind">What a meter is given; null where the box does it itself.</param>
/// <param name="Roles">Who may give it. A head-end may as far as its <c>[[issuer]]</c> table says.</param>
/// <param name="MustBeSigned">A head-end's word for it counts only under its signature: the connection alone is a password.</param>
/// <param name="Priority">Its turn.</param>
/// <param name="AfterUnknown">What follows where nobody knows.</param>
public sealed record OrderVerb(string Name, OrderKind? Kind, IReadOnlySet<Role> Roles, bool MustBeSigned, OrderPriority Priority, AfterUnknown AfterUnknown)
{
    /// <summary>It can switch off supply: counted against the limit of the box, one for each meter.</summary>
    public bool CutsSupply { get; init; }

    /// <summary>An order of this verb switches supply.</summary>
    public bool Switches(OrderRequest order) => CutsSupply || order.SwitchesSupply;
}

/// <summary>Every verb: a line each.</summary>
public static class OrderVerbs
{
    private static readonly HashSet<Role> Field = [Role.Technician, Role.Operator, Role.HeadEnd], Secure = [Role.SecurityOfficer, Role.HeadEnd];
    private static readonly HashSet<Role> Every = [Role.Technician, Role.Operator, Role.SecurityOfficer, Role.HeadEnd], Approvers = [Role.Operator, Role.SecurityOfficer, Role.HeadEnd];

    /// <summary>Who may switch supply.</summary>
    internal static IReadOnlySet<Role> Supply { get; } = new HashSet<Role> { Role.Operator, Role.HeadEnd };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<OrderVerb> All { get; } =
    [
        new("read", OrderKind.Read, Field, false, OrderPriority.OnDemand, AfterUnknown.Repeat),
        new("breaker", OrderKind.Breaker, Field, false, OrderPriority.Breaker, AfterUnknown.Repeat),
        new("disconnect", OrderKind.Disconnect, Supply, true, OrderPriority.Breaker, AfterUnknown.ReadBack) { CutsSupply = true },
        new("reconnect", OrderKind.Reconnect, Supply, true, OrderPriority.Breaker, AfterUnknown.ReadBack) { CutsSupply = true },
        new("limiter", OrderKind.Limiter, Supply, true, OrderPriority.Setting, AfterUnknown.Repeat) { CutsSupply = true },
        new("load-switch", OrderKind.LoadSwitch, Supply, true, OrderPriority.Setting, AfterUnknown.Repeat),
        new("calendar", OrderKind.Calendar, Supply, true, OrderPriority.Setting, AfterUnknown.Repeat),
        new("clock", OrderKind.Clock, Field, true, OrderPriority.Setting, AfterUnknown.Repeat),
        new("token", OrderKind.Token, Supply, true, OrderPriority.OnDemand, AfterUnknown.Repeat),
        new("message", OrderKind.Message, Supply, true, OrderPriority.Setting, AfterUnknown.Repeat),
        new("write", OrderKind.Write, Supply, true, OrderPriority.Setting, AfterUnknown.Repeat),
        new("execute", OrderKind.Execute, Supply, true, OrderPriority.Setting, AfterUnknown.Stay),
        new("keys", OrderKind.Keys, Secure, true, OrderPriority.Setting, AfterUnknown.Repeat),
        new("mbus", OrderKind.MBus, Field, true, OrderPriority.Setting, AfterUnknown.Stay),
        new("firmware", OrderKind.Firmware, Secure, true, OrderPriority.Firmware, AfterUnknown.Repeat),
        new("resend", null, Every, false, OrderPriority.OnDemand, AfterUnknown.Repeat),
        new("meters", null, Field, true, OrderPriority.Setting, AfterUnknown.Repeat),
        new("cancel", null, Every, true, OrderPriority.Breaker, AfterUnknown.Repeat),
        new("approve", null, Approvers, true, OrderPriority.Breaker, AfterUnknown.Repeat),
    ];

    /// <summary>The verb of a name; null for none.</summary>
    public static OrderVerb? Find(string name) => All.FirstOrDefault(verb => verb.Name == name);
}
