using Pipeline.Workflows;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;

namespace Pipeline.Cli.Runs;

/// <summary>What a run's end means for people and scripts.</summary>
internal static class RunOutcome
{
    public static int ExitCodeOf(FineTuneResult result) => result.Verdict switch
    {
        Verdict.Promoted or Verdict.Registered => ExitCodes.Ok,
        Verdict.Rejected when result.Gate?.Verdict != GateVerdict.Fail => ExitCodes.NotAllowed,
        Verdict.Rejected or Verdict.RolledBack => ExitCodes.GateFailed,
        _ => 1,
    };

    public static double Seconds(RunReport report)
    {
        var (first, last) = (report.Stages.Min(stage => stage.Began), report.Stages.Max(stage => stage.Ended));
        return first is { } began && last is { } ended ? (ended - began).TotalSeconds : 0;
    }

    public static string Describe(FineTuneResult result, RunReport report)
    {
        var lines = new List<string> { $"verdict {result.Verdict}: {result.Reason}" };
        lines.AddRange(
            (result.Gate?.Checks ?? [])
                .Select(check =>
                    $"gate    {check.Name,-12} {ApprovalText.Number(check.Baseline)} → "
                        + $"{ApprovalText.Number(check.Candidate)}  {check.Verdict}  {check.Detail}"));
        lines.Add(
            $"history {report.HistoryEvents} events, {report.HistoryBytes / 1024.0:0} KiB; {Seconds(report):0} s from "
                + "the first stage to the last");
        if (result.Report is { } page)
        {
            lines.Add($"report  {page.Path}");
        }

        return string.Join('\n', lines);
    }
}
