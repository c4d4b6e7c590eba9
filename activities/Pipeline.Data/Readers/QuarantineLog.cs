using System.Security.Cryptography;
using System.Text.Json;

namespace Pipeline.Data.Readers;

/// <summary>
/// Counts rows, keeps the refused ones by reference and stops when there are too many. Safe for concurrent use.
/// </summary>
/// <param name="maxRows">Most refused rows before reading stops at once; default 1,000.</param>
/// <param name="maxFraction">Highest refused share of all rows, judged by <see cref="EnsureWithinBudget"/>; default 1
/// %.</param>
public sealed class QuarantineLog(int maxRows = 1_000, double maxFraction = 0.01)
{
    private readonly Lock _lock = new();
    private readonly List<QuarantinedRow> _rows = [];
    private readonly List<string> _emptySources = [];
    private long _accepted;
    private int _sources;

    /// <summary>The refused rows, in the order they were met.</summary>
    public IReadOnlyList<QuarantinedRow> Rows => _rows;

    /// <summary>Sources without a single row.</summary>
    public IReadOnlyList<string> EmptySources => _emptySources;

    /// <summary>Number of rows that were accepted.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Refused rows by code, in ordinal order.</summary>
    public IReadOnlyDictionary<string, int> ByCode =>
        new SortedDictionary<string, int>(_rows.CountBy(r => r.Code).ToDictionary(), StringComparer.Ordinal);

    /// <summary>Counts an accepted row.</summary>
    public void Accept() => Interlocked.Increment(ref _accepted);

    /// <summary>Takes back an accepted row that a later step refused, and records why.</summary>
    /// <param name="row">The row.</param>
    /// <param name="code">Stable code.</param>
    /// <param name="reason">What is wrong with it.</param>
    /// <exception cref="DataInputException">The budget is used up.</exception>
    public void Reject(SourceRow row, string code, string reason)
    {
        Interlocked.Decrement(ref _accepted);
        Add(new QuarantinedRow(row.File, row.Line, row.ByteOffset, code, reason,
            Convert.ToHexStringLower(SHA256.HashData(row.Utf8.Span))));
    }

    /// <summary>Records a refused row.</summary>
    /// <param name="row">The row, by reference.</param>
    /// <exception cref="DataInputException">The budget is used up (<c>E-ING-BUDGET</c>).</exception>
    public void Add(QuarantinedRow row)
    {
        lock (_lock)
        {
            _rows.Add(row);
            if (_rows.Count > maxRows) throw OverBudget($"more than {maxRows} rows were refused");
        }
    }

    /// <summary>Records a source and whether it had rows.</summary>
    /// <param name="name">Name of the source.</param>
    /// <param name="empty">Whether there was not a single row.</param>
    public void AddSource(string name, bool empty)
    {
        lock (_lock)
        {
            _sources++;
            if (empty) _emptySources.Add(name);
        }
    }

    /// <summary>Fails when the refused share is over budget, or every source was empty.</summary>
    /// <exception cref="DataInputException"><c>E-ING-BUDGET</c> or <c>E-ING-EMPTY</c>.</exception>
    public void EnsureWithinBudget()
    {
        if (_sources > 0 && _emptySources.Count == _sources)
        {
            throw new DataInputException(
                "E-ING-EMPTY",
                $"every source is empty: {string.Join(", ", _emptySources.Take(5))}. Check the upload or the filter "
                    + $"that wrote them.");
        }

        var total = Accepted + _rows.Count;
        if (total > 0 && _rows.Count > maxFraction * total)
            throw OverBudget($"{_rows.Count} of {total} rows were refused, the budget is {maxFraction:P1}");
    }

    /// <summary>Writes the refused rows as JSON Lines, in the order they were met.</summary>
    /// <param name="path">File to write; replaced when it exists.</param>
    public void WriteTo(string path)
    {
        using var writer = new StreamWriter(path) { NewLine = "\n" };
        foreach (var row in _rows) writer.WriteLine(JsonSerializer.Serialize(row, JsonSerializerOptions.Web));
    }

    private DataInputException OverBudget(string what) => new(
        "E-ING-BUDGET",
        $"{what} ({string.Join(", ", ByCode.Select(p => $"{p.Key}: {p.Value}"))}). First: "
            + $"{_rows[0].File}:{_rows[0].Line}: {_rows[0].Reason} Fix the rows or raise the quarantine budget.");
}
