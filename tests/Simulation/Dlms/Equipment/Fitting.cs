namespace Simulation.Dlms.Equipment;

/// <summary>Which parts a meter has: one line a part.</summary>
public static class Fitting
{
    /// <summary>The parts of a meter of this plan, in the order in which they are fitted.</summary>
    public static IReadOnlyList<IMeterEquipment> Of(DlmsMeterPlan plan) =>
    [
        new Identity(),
        new Registers(),
        new Demand(),
        new LoadProfiles(),
        new Billing(),
        new PowerQuality(),
        new EventLogs(),
        new Alarms(),
        new Breaker(),
        new Limiter(),
        new Calendar(),
        new ImageFlash(),
        .. plan.Kind is "idis" or "dsmr" ? (IMeterEquipment[])[new MBusChannels()] : [],
        .. plan.HasCustomerSide ? (IMeterEquipment[])[new CustomerSide()] : [],
    ];
}
