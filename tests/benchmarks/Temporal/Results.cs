using System.Text;

namespace Benchmarks.Temporal;

/// <summary>Figures by name and worker; the table shows the median of the rounds.</summary>
internal sealed class Results
{
    private readonly Dictionary<string, Dictionary<string, List<double>>> _figures = [];

    public static double Percentile(IReadOnlyCollection<double> values, double part)
    {
        var sorted = values.Order().ToList();
        return sorted[Math.Min(sorted.Count - 1, (int)(part * sorted.Count))];
    }

    public void Add(string what, string worker, double value)
    {
        if (!_figures.TryGetValue(what, out var byWorker))
        {
            _figures.Add(what, byWorker = []);
        }

        if (!byWorker.TryGetValue(worker, out var values))
        {
            byWorker.Add(worker, values = []);
        }

        values.Add(value);
    }

    public override string ToString()
    {
        var text = new StringBuilder("| | ours | peer | ratio |\n|---|---|---|---|\n");
        foreach (var (what, byWorker) in _figures)
        {
            var (ours, peer) = (Percentile(byWorker["ours"], 0.5), Percentile(byWorker["peer"], 0.5));
            text.Append($"| {what} | {ours:0.0} | {peer:0.0} | {ours / peer:0.00} |\n");
        }

        return text.ToString();
    }
}
