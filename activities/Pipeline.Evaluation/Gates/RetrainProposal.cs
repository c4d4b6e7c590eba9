using System.Text.Json.Nodes;

namespace Pipeline.Evaluation.Gates;

/// <summary>A changed value.</summary>
/// <param name="Path">Path in the input.</param>
/// <param name="Before">Value of the failed run.</param>
/// <param name="After">Recommended value.</param>
/// <param name="Rule">The rule that recommends it.</param>
public sealed record RetrainDifference(string Path, double Before, double After, string Rule);

/// <summary>The input of a retrain that a failed gate recommends, ready to start.</summary>
public sealed record RetrainProposal
{
    /// <summary>The complete input with the changes applied.</summary>
    public required JsonObject Input { get; init; }

    /// <summary>What differs from the failed run.</summary>
    public required IReadOnlyList<RetrainDifference> Differences { get; init; }

    /// <summary>What people should look at, from the failed rules.</summary>
    public required IReadOnlyList<string> Advice { get; init; }

    /// <summary>
    /// Whether it may start without a person: only a bounded number of times, and only when it changes something.
    /// </summary>
    public required bool Automatic { get; init; }

    /// <summary>Makes the proposal of a failed gate.</summary>
    /// <param name="gates">The gate set.</param>
    /// <param name="report">Its decision.</param>
    /// <param name="input">Input of the run that failed.</param>
    /// <param name="attempt">Retrains started so far for this run.</param>
    /// <returns>The proposal; null when no rule failed by its numbers.</returns>
    /// <exception cref="ArgumentException">A recommended path is no number of the input.</exception>
    public static RetrainProposal? Of(GateSet gates, GateReport report, JsonObject input, int attempt)
    {
        // A rule without numbers failed for want of evidence; training again would not help.
        GateRule[] failed =
            [.. report.Outcomes.Where(outcome => outcome.Verdict == GateVerdict.Fail && outcome.Harm is not null)
                .Select(outcome => outcome.Rule)];
        if (failed.Length == 0) return null;
        var copy = (JsonObject)input.DeepClone();
        var differences = new List<RetrainDifference>();
        foreach (var (rule, change) in failed.SelectMany(rule => rule.Recommend.Select(change => (rule, change))))
        {
            // Two rules that recommend the same value do not multiply their changes.
            if (differences.Any(done => done.Path == change.Path)) continue;
            var before = Get(copy, change.Path);
            var after = change.Apply(before);
            if (before.Equals(after)) continue;
            Set(copy, change.Path, after);
            differences.Add(new RetrainDifference(change.Path, before, after, rule.Name));
        }

        return new RetrainProposal
        {
            Input = copy,
            Differences = differences,
            Advice = [.. failed.Where(rule => rule.Advice.Length > 0).Select(rule => $"{rule.Name}: {rule.Advice}")],
            Automatic = differences.Count > 0 && attempt < gates.MaxAutomaticRetrains,
        };
    }

    private static double Get(JsonObject root, string path)
    {
        var (owner, name) = Find(root, path);
        return owner?[name] is JsonValue value && value.TryGetValue<double>(out var number)
            ? number
            : throw new ArgumentException(
                $"the input has no number at '{path}'; correct the path in the gate set", nameof(path));
    }

    private static void Set(JsonObject root, string path, double value)
    {
        var (owner, name) = Find(root, path);
        // Whole numbers stay whole, so that integer settings can be read again.
        owner![name] = value == Math.Floor(value) && Math.Abs(value) < 1e15
            ? JsonValue.Create((long)value) : JsonValue.Create(value);
    }

    private static (JsonObject? Owner, string Name) Find(JsonObject root, string path)
    {
        var parts = path.Split('.');
        var owner = root;
        foreach (var part in parts[..^1]) owner = owner?[part] as JsonObject;
        return (owner, parts[^1]);
    }
}
