using System.CommandLine;
using Pipeline.Data.Dedup;

namespace Pipeline.Tools.Data;

/// <summary>How <c>data dedup</c> finds duplicates and which it keeps.</summary>
internal static class DedupChoices
{
    private static readonly Option<string> Keep = new("--keep")
    {
        Description = "row of a cluster that stays: first, longest, or best (highest --score-field)",
        DefaultValueFactory = _ => "first",
    };
    private static readonly Option<string?> ScoreField = new("--score-field")
    {
        Description = "number field of the row that --keep best compares",
    };
    private static readonly Option<string?> Bands = new("--bands")
    {
        Description = "banding of the signatures, such as 14x8 or 20x13 (default: what finds 95 % at the threshold)",
    };
    private static readonly Option<bool> ExactOnly = new("--exact-only")
    {
        Description = "leave near-duplicates alone",
    };
    private static readonly Option<ulong> Seed = new("--hash-seed")
    {
        Description = "seed of the hashes; another in each run defeats prepared collisions",
        DefaultValueFactory = _ => 1,
    };

    static DedupChoices()
    {
        Keep.AcceptOnlyFromAmong("first", "longest", "best");
        Keep.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() == "best" && result.GetValue(ScoreField) is null)
            {
                result.AddError("--keep best needs --score-field, the field whose highest value stays");
            }
        });
        Bands.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && Parse(text) is null)
            {
                result.AddError($"--bands {text}: write BANDSxROWS, such as 14x8 or 20x13");
            }
        });
    }

    public static Option[] All { get; } = [Keep, ScoreField, Bands, ExactOnly, Seed];

    public static DedupOptions Apply(ParseResult parsed, DedupOptions options)
    {
        var keep = parsed.GetRequiredValue(Keep) switch
        {
            "longest" => KeepPolicy.Longest,
            "best" => KeepPolicy.BestScore,
            _ => KeepPolicy.First,
        };
        options = options with
        {
            Keep = keep,
            ScoreField = parsed.GetValue(ScoreField),
            Near = !parsed.GetValue(ExactOnly),
            Seed = parsed.GetValue(Seed),
        };
        return options with
        {
            Bands = parsed.GetValue(Bands) is { } bands && Parse(bands) is { } chosen
                ? chosen : LshBands.Finding(options.Threshold),
        };
    }

    private static LshBands? Parse(string text)
    {
        var parts = text.Split('x');
        return parts.Length == 2 && int.TryParse(parts[0], out var bands) && int.TryParse(parts[1], out var rows)
            && bands is > 0 and <= 1024 && rows is > 0 and <= 64
            ? new LshBands(bands, rows)
            : null;
    }
}
