using System.CommandLine;
using Pipeline.Data.Sanitization.Quality;
using Pipeline.Data.Stages;

namespace Pipeline.Tools.Data;

/// <summary>
/// <c>data filter</c>: quality heuristics, caps by source, and reports of what speaks to models instead of teaching
/// them.
/// </summary>
internal static class QualityCommand
{
    public static Command Create()
    {
        var limits = new Option<string>("--limits")
        {
            Description = "instruction or web-text",
            DefaultValueFactory = _ => "instruction",
        };
        limits.AcceptOnlyFromAmong("instruction", "web-text");
        var scoreOnly = new Option<bool>("--score-only") { Description = "write scores and remove nothing" };
        var cap = new Option<int>("--rows-per-source") { Description = "most rows of one source; 0 for no cap" };
        var source = new Option<string?>("--source-field")
        {
            Description = "field that names the source (default: the id up to its last colon)",
        };
        var fields = new Option<string[]>("--field") { Description = "text field of the row; repeatable" };
        return StageCommands.Stage("filter", "Remove rows by quality and cap sources.",
            [limits, scoreOnly, cap, source, fields, QualityChoices.Limit],
            (parsed, inputs, output, progress, cancellationToken) =>
        {
            var options = QualityChoices.Apply(parsed, new QualityOptions
            {
                Limits = parsed.GetValue(limits) == "web-text" ? QualityLimits.WebText : QualityLimits.Instruction,
                ScoreOnly = parsed.GetValue(scoreOnly),
                RowsPerSource = parsed.GetValue(cap),
                SourceField = parsed.GetValue(source),
                Fields = parsed.GetValue(fields) is { Length: > 0 } names
                    ? TextFields.Named(names) : TextFields.Default,
            });
            return new QualityStage(options).RunAsync(inputs, output, progress, cancellationToken);
        });
    }
}
