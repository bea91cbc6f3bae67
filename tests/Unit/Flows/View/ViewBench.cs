using Concentrator.Ports;
using Concentrator.Store.View;
using Metering;
using Microsoft.Extensions.Time.Testing;

namespace Unit.Flows.View;

/// <summary>A ledger in memory, a directory, and a view that can be stopped, killed and started on them.</summary>
public sealed class ViewBench : IAsyncDisposable
{
    public static readonly DateTime Noon = new(2026, 11, 23, 12, 0, 0, DateTimeKind.Utc);
    public static readonly Obis Energy = Obis.Parse("1-0:1.8.0*255");
    public static readonly Obis Volume = Obis.Parse("8-0:1.0.0*255");

    private readonly string _root = Directory.CreateTempSubdirectory("view-").FullName;
    private CancellationTokenSource? _stop;
    private Task? _running;
    private int _images;

    public ViewBench() => Place = Path.Combine(_root, "view");

    public LedgerInMemory Ledger { get; } = new();

    public FakeTimeProvider Time { get; } = new(Noon);

    public CollectedLog<ArchiveView> Log { get; } = new();

    public string Place { get; set; }

    public ViewSettings? Settings { get; set; }

    public ArchiveView View { get; private set; } = null!;

    public static PayloadWriter.Field Field(Int128 value, Obis? obis = null, string dib = "0403") => new(dib, obis ?? Energy, UnitSymbol.Wh, 0, Value.Decimal(value, 0));

    public ulong Hear(int meter, DateTime? at, Int128 value, int revision = 0, string? instant = null, Obis? obis = null) => Ledger.Add(
        at, PayloadWriter.Telegram(Meter(meter).Text, instant ?? $"h:{at?.Ticks ?? 0:x16}{meter:x4}", revision, [Field(value, obis)]));

    public static MeterId Meter(int number) => MeterId.Parse($"GWI-{number:D8}-3C-03");

    public void Start()
    {
        _stop = new CancellationTokenSource();
        View = new ArchiveView((Settings ?? new ViewSettings(Place)) with { Directory = Place }, Ledger, Ledger, Time, Log);
        _running = View.RunAsync(_stop.Token);
    }

    public async Task StopAsync()
    {
        if (_stop is not null)
        {
            await _stop.CancelAsync();
            await _running!;
            await View.DisposeAsync();
            _stop.Dispose();
            _stop = null;
        }
    }

    /// <summary>The disk as a kill leaves it: what the system was given, without a clean stop. The next start finds it.</summary>
    public async Task KillAsync()
    {
        var image = Path.Combine(_root, $"image{_images++}");
        Directory.CreateDirectory(image);
        foreach (var file in Directory.GetFiles(Place))
        {
            await using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            await using var to = File.Create(Path.Combine(image, Path.GetFileName(file)));
            await from.CopyToAsync(to);
        }

        await StopAsync();
        Place = image;
    }

    /// <summary>Asks again while the view is being built.</summary>
    public async Task<List<ArchivedRow>> RowsAsync(MeterId? meter = null, string? obis = null, DateTime? from = null, DateTime? to = null, int limit = int.MaxValue)
    {
        while (true)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            try
            {
                var rows = new List<ArchivedRow>();
                await foreach (var row in View.QueryAsync(new ArchiveQuery(meter, obis, from, to, limit), TestContext.Current.CancellationToken))
                {
                    rows.Add(row);
                }

                return rows;
            }
            catch (ArchiveBusyException)
            {
                await Task.Yield();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_root, recursive: true);
    }
}
