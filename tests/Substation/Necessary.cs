namespace Substation;

/// <summary>
/// Octets of the APDUs that one meter's read takes at the least, both directions: an association with HLS-5, the question, the answer in blocks. As the simulated meter answers: a day of 96 rows of
/// four registers, clock and status is 3,7 kB, and a block is as long as the medium lets a meter's APDU be. A test holds them beside what goes over a line with one meter.
/// </summary>
internal static class Necessary
{
    private static readonly int[] Association = [95, 107, 51, 44];

    internal static IReadOnlyList<int> Of(string network, string read) => (network, read) switch
    {
        ("g3", "load-profile") => [.. Association, 83, 889, 26, 889, 26, 889, 26, 889, 26, 257],
        (_, "load-profile") => [.. Association, 83, 949, 26, 949, 26, 949, 26, 935],
        _ => [.. Association, 184, 128],
    };
}
