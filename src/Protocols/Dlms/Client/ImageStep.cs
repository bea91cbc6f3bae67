namespace Protocols.Dlms.Client;

/// <summary>Where a transfer stands.</summary>
public enum ImagePhase
{
    /// <summary>The meter's own view is read: it decides where to go on.</summary>
    Look,
    /// <summary>image_transfer_enabled is set.</summary>
    Enable,
    /// <summary>image_transfer_initiate.</summary>
    Initiate,
    /// <summary>Blocks are sent.</summary>
    Blocks,
    /// <summary>The bitmap is read: which blocks are missing.</summary>
    Gaps,
    /// <summary>image_verify.</summary>
    Verify,
    /// <summary>The meter verifies; its status is asked for.</summary>
    Verifying,
    /// <summary>image_to_activate_info is compared.</summary>
    Compare,
    /// <summary>image_activate.</summary>
    Activate,
    /// <summary>The meter activates: the link drops, and its status is asked for in a new association.</summary>
    Activating,
    /// <summary>The image is verified, or activated where that was wanted.</summary>
    Done,
    /// <summary>See the fault.</summary>
    Failed,
}

/// <summary>What is to be done next.</summary>
public enum ImageMove
{
    /// <summary>Run the procedure, then hand it back.</summary>
    Ask,
    /// <summary>A block is to be sent: read its octets, and ask what <see cref="ImageTransfer.Send"/> makes of them.</summary>
    Send,
    /// <summary>Wait until it is due.</summary>
    Wait,
    /// <summary>Release, wait until it is due, associate anew.</summary>
    Reassociate,
    /// <summary>It is done.</summary>
    Done,
    /// <summary>It failed; the fault says why.</summary>
    Failed,
}

/// <summary>What is to be done next.</summary>
/// <param name="Ask">The procedure to run.</param>
/// <param name="Due">When to ask again, on the clock that was given.</param>
/// <param name="Offset">Of the block that is to be sent.</param>
/// <param name="Octets">How long it is.</param>
public readonly record struct ImageStep(ImageMove Move, Procedure? Ask = null, TimeSpan Due = default, int Offset = 0, int Octets = 0);
