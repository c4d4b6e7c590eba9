using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.Data.Sanitization.Quality;

namespace Pipeline.Tools.Data;

/// <summary>Limits of single heuristics and fields for <c>data filter</c>.</summary>
internal static class QualityChoices
{
    private static readonly Dictionary<string, QualityRule> Rules = Enum.GetValues<QualityRule>().ToDictionary(
        rule => JsonNamingPolicy.KebabCaseLower.ConvertName(rule.ToString()), StringComparer.Ordinal);

    static QualityChoices() => Limit.Validators.Add(result =>
    {
        foreach (var text in (result.GetValueOrDefault<string[]>() ?? []).Where(text => Parse(text) is null))
        {
            result.AddError(
                $"--limit {text}: write RULE=LEAST..MOST or FIELD:RULE=LEAST..MOST, such as output:words=2..500; "
                    + "rules: " + string.Join(", ", Rules.Keys));
        }
    });

    public static Option<string[]> Limit { get; } = new("--limit")
    {
        Description =
            "limits of one heuristic, for all texts or one field: words=2..500, output:words=2..500; repeatable",
    };

    public static QualityOptions Apply(ParseResult parsed, QualityOptions options)
    {
        var fields = new Dictionary<string, QualityLimits>(StringComparer.Ordinal);
        foreach (var text in parsed.GetValue(Limit) ?? [])
        {
            if (Parse(text) is not var (field, rule, least, most))
            {
                continue;
            }

            if (field.Length == 0)
            {
                options = options with { Limits = options.Limits.With(rule, least, most) };
            }
            else
            {
                var before = fields.GetValueOrDefault(field) ?? new QualityLimits
                {
                    Ranges = new Dictionary<QualityRule, (double Least, double Most)>(),
                };
                fields[field] = before.With(rule, least, most);
            }
        }

        return options with { FieldLimits = fields };
    }

    private static (string Field, QualityRule Rule, double Least, double Most)? Parse(string text)
    {
        var parts = text.Split('=');
        var (colon, ends) = (parts[0].LastIndexOf(':'), parts.Length == 2 ? parts[1].Split("..") : []);
        return ends.Length == 2 && Rules.TryGetValue(parts[0][(colon + 1)..], out var rule)
            && double.TryParse(ends[0], CultureInfo.InvariantCulture, out var least)
            && double.TryParse(ends[1], CultureInfo.InvariantCulture, out var most) && least <= most
            ? (parts[0][..Math.Max(0, colon)], rule, least, most) : null;
    }
}
