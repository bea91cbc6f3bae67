namespace Substation.Orders;

/// <summary>Moments in the life of an order at which a box can die.</summary>
internal enum KillMoment
{
    /// <summary>It does not.</summary>
    Never,
    /// <summary>The order is written down, and its time has not come.</summary>
    Taken,
    /// <summary>Something of it became durable, the n-th since it was given, and nobody was told.</summary>
    Kept,
    /// <summary>It is about to go to the driver.</summary>
    Begun,
    /// <summary>The meter did what it was asked, the n-th change, and its answer is lost.</summary>
    Changed,
    /// <summary>Something went out towards the meter, the n-th frame since it was given, and nobody hears what becomes of it.</summary>
    Sent,
    /// <summary>The driver has its result, and it is not written down.</summary>
    Answered,
    /// <summary>Everything is written down, and no head-end was reached for it.</summary>
    Written,
    /// <summary>The head-end was told the result, and that is not written down.</summary>
    Told,
}

/// <summary>At which moment a box dies: the n-th of its kind.</summary>
internal readonly record struct KillPoint(KillMoment Moment, int Number)
{
    public override string ToString() => Moment is KillMoment.Kept or KillMoment.Sent or KillMoment.Changed ? $"{Moment} {Number}" : Moment.ToString();
}
