using System.Text;
using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Workflows.Details;

/// <summary>
/// Renders what the Temporal Web UI shows as Current Details: stages, live training, gate, and what is awaited.
/// </summary>
public static class DetailsPage
{
    /// <summary>Renders the page.</summary>
    /// <param name="report">What the run knows.</param>
    /// <param name="progress">Progress of the training, oldest first.</param>
    /// <param name="open">What is awaited from people, or null.</param>
    /// <param name="given">Answers that were given to it.</param>
    /// <returns>Markdown.</returns>
    public static string Render(
        RunReport report, IReadOnlyList<TrainingProgress> progress, ApprovalRequest? open, int given)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(progress);
        var page = new StringBuilder();
        Awaited(page, report, open, given);
        Training(page, report, progress);
        Stages(page, report);
        Gate(page, report.Gate);
        foreach (var step in report.Canary)
        {
            page.AppendLine($"- canary {step.Percent} %: {Text(step.Outcome)}");
        }

        foreach (var note in report.Notes)
        {
            page.AppendLine($"- {Text(note)}");
        }

        return page.ToString();
    }

    /// <summary>Draws a curve as one line.</summary>
    /// <param name="values">Values in order.</param>
    /// <returns>One character a value, at most 40.</returns>
    public static string Sparkline(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        const string bars = "▁▂▃▄▅▆▇█";
        var shown = values.Where(double.IsFinite).TakeLast(40).ToList();
        if (shown.Count == 0)
        {
            return "";
        }

        var (low, high) = (shown.Min(), shown.Max());
        return new string(
            [.. shown.Select(
                value => bars[high > low ? (int)Math.Round((value - low) / (high - low) * (bars.Length - 1)) : 0])]);
    }

    private static void Awaited(StringBuilder page, RunReport report, ApprovalRequest? open, int given)
    {
        if (report.Verdict is { } verdict)
        {
            page.AppendLine($"**{verdict}.** {Text(report.Reason)}").AppendLine();
        }

        foreach (var stage in report.Stages.Where(stage => stage.State == StageState.Parked))
        {
            page.AppendLine(
                $"**Parked at `{stage.Name}`: {stage.Failure?.ErrorType}.** {Text(stage.Failure?.Message ?? "")}")
                .AppendLine();
            page.AppendLine("Update `retryStage`, here with a changed parameter (leave it out to change nothing):");
            page.AppendLine("```json")
                .AppendLine(
                    $"{{\"stage\":\"{stage.Name}"
                        + $"\",\"by\":\"NAME\",\"changedParameters\":{{\"train\":{{\"learningRate\":1e-4}}}}}}")
                .AppendLine("```");
            page.AppendLine(StageNames.Skippable.Contains(stage.Name) ? "or `skipStage` / `abort`:" : "or `abort`:");
            page.AppendLine("```json").AppendLine("{\"by\":\"NAME\",\"reason\":\"…\"}").AppendLine("```");
        }

        if (open is not null)
        {
            var answer = open.Gate == ApprovalRequest.Waiver ? "waive" : "approve";
            page.AppendLine(
                $"**Awaits {open.Required - given} of {open.Required} answers ({open.Gate})** until "
                + $"{open.Deadline:yyyy-MM-dd HH:mm} UTC"
                + $"{(open.Approvers.Count > 0 ? $" from {Text(string.Join(", ", open.Approvers))}" : $"; anybody but {Text(open.Owner)}")}.").AppendLine();
            page.AppendLine($"Update `{answer}` or `reject`:");
            var signature = open.PublicKeys.Count > 0 ? ",\"signature\":\"BASE64\"" : "";
            page.AppendLine("```json").AppendLine(
                $"{{\"by\":\"NAME\",\"digest\":\"{open.Digest}\",\"reason\":\"…\"{signature}}}").AppendLine("```");
            if (signature.Length > 0)
            {
                page.AppendLine("Answers must be signed: `./pipeline approve --as NAME --key FILE` does it.");
            }
        }
    }

    private static void Training(StringBuilder page, RunReport report, IReadOnlyList<TrainingProgress> progress)
    {
        if (progress.Count > 0 && report.Verdict is null && progress[^1] is var now)
        {
            var left = now.Remaining > TimeSpan.Zero ? $", {now.Remaining:h\\:mm\\:ss} left" : "";
            page.AppendLine(
                $"Training: step {now.Step} of {now.Steps} ({100.0 * now.Step / Math.Max(1, now.Steps):0} %{left}), "
                    + $"loss {now.Loss:0.000}, {now.TokensPerSecond:0} tok/s "
                    + $"{Sparkline([.. progress.Select(point => point.Loss)])}").AppendLine();
        }
    }

    private static void Stages(StringBuilder page, RunReport report)
    {
        page.AppendLine("| stage | state | time | result |").AppendLine("|---|---|---|---|");
        foreach (var stage in report.Stages)
        {
            var time = stage.Began is { } began && stage.Ended is { } ended
                ? $"{(ended - began).TotalSeconds:0.0} s" : "";
            var cached = stage.Summary?.Cached == true ? " (cache hit)" : "";
            page.AppendLine(
                $"| {stage.Name} | {stage.State.ToString().ToLowerInvariant()}{cached} | {time} | "
                    + $"{Text(stage.Summary?.Text ?? "")} |");
        }

        page.AppendLine();
    }

    private static void Gate(StringBuilder page, GateDecision? gate)
    {
        if (gate is null)
        {
            return;
        }

        page.AppendLine("| gate | verdict | before | after | threshold | detail |")
            .AppendLine("|---|---|---|---|---|---|");
        foreach (var check in gate.Checks)
        {
            page.AppendLine(
                $"| {Text(check.Name)} | {check.Verdict} | {PlainNumber.Of(check.Baseline)} | "
                    + $"{PlainNumber.Of(check.Candidate)} | "
                    + $"{Text(check.Threshold)} | {Text(check.Detail)} |");
        }

        page.AppendLine();
    }

    // What comes from data or people must not become markup.
    private static string Text(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var character in text.Length > 300 ? text[..300] : text)
        {
            clean.Append(char.IsControl(character) ? ' ' : character);
        }

        return clean.Replace("|", "\\|").Replace("<", "&lt;").Replace("[", "\\[").Replace("`", "'").ToString();
    }
}
