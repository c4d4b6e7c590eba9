using System.Globalization;
using System.Text;

namespace Pipeline.Data.Building;

/// <summary>The dataset's card: what is in it, where it comes from, how it was made.</summary>
internal static class DatasetCard
{
    public static string Of(DatasetIndex index)
    {
        var card = new StringBuilder();
        void Line(string text = "") => card.Append(text).Append('\n');
        Line($"# {index.Name}");
        Line();
        Line($"Version `{index.Version}`, tokenizer `{index.TokenizerSha256[..12]}`, chat template "
            + $"`{(index.TemplateSha256.Length > 12 ? index.TemplateSha256[..12] : "none")}`.");
        Line();
        Line("| rows | tokens | learned tokens | longest row |");
        Line("|---|---|---|---|");
        Line(string.Create(CultureInfo.InvariantCulture,
            $"| {index.Rows:N0} | {index.Tokens:N0} | {index.SupervisedTokens:N0} | {index.LongestRow:N0} |"));
        Line();
        Line("## Sources");
        Line("| source | rows read | rows used | tokens | licence | SHA-256 of the files |");
        Line("|---|---|---|---|---|---|");
        foreach (var s in index.Sources)
        {
            Line(string.Create(
                CultureInfo.InvariantCulture,
                $"| {s.Name}{(s.Replay ? " (rehearsal)" : string.Empty)} | {s.Read:N0} | {s.Rows:N0} | {s.Tokens:N0} "
                    + $"| {s.Licence ?? "not named"} | {string.Join(", ", s.Sha256.Select(d => $"`{d[..12]}`"))} |"));
        }

        Line();
        Line(string.Create(CultureInfo.InvariantCulture,
            $"Rehearsal is {index.Replay.OfRows:P1} of the rows and {index.Replay.OfTokens:P1} of the tokens."));
        Line();
        Line("## Rows");
        Line($"{index.Accounting}.");
        foreach (var (rule, rows) in index.Accounting.Removed) Line(
            string.Create(CultureInfo.InvariantCulture, $"- removed by `{rule}`: {rows:N0}"));
        Line();
        foreach (var (part, rows) in index.Parts) Line(
            string.Create(CultureInfo.InvariantCulture, $"- held out in `{part}/`: {rows:N0}"));
        Line();
        Line("| tokens | rows |");
        Line("|---|---|");
        foreach (var (upper, rows) in index.Lengths) Line(
            string.Create(CultureInfo.InvariantCulture, $"| ≤ {upper} | {rows:N0} |"));
        Line();
        Line("## Labels");
        var audit = index.Audit;
        Line(string.Create(
            CultureInfo.InvariantCulture,
            $"Proven for {audit.Proven:N0} rows: what is learned is exactly the text to learn with its terminator, "
                + $"and no text of another turn."));
        Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{audit.WithTerminator:N0} rows end with a learned terminator, {audit.CutTerminators:N0} lost theirs to "
                + $"truncation ({audit.Truncated:N0} rows were cut by {audit.CutTokens:N0} tokens)."));
        Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{audit.ControlTexts:N0} control-looking texts became ordinary text; {audit.Realigned:N0} rows got a "
                + $"token boundary between prompt and answer."));
        if (index.Advice.Count == 0) return card.ToString();
        Line();
        Line("## Advice");
        foreach (var advice in index.Advice) Line($"- {advice}");
        return card.ToString();
    }
}
