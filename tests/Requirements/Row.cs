namespace Requirements;

/// <summary>One demand of the reference architecture.</summary>
/// <param name="Id">By which tests name it.</param>
/// <param name="What">What it asks for, in words of our own.</param>
/// <param name="Missing">What the tests that are there do not show yet; null where they show all of it, or where there are none.</param>
internal sealed record Row(string Id, string What, string? Missing = null);
