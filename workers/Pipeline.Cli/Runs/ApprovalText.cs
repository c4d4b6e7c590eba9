using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Cli.Runs;

/// <summary>What a decision rests on, as plain text.</summary>
internal static class ApprovalText
{
    public static string Describe(ApprovalRequest open, RunReport report)
    {
        var who = open.Approvers.Count > 0
            ? $"from {string.Join(", ", open.Approvers)}" : $"from anybody but {open.Owner}";
        var given = report.Decisions.Count(
            decision => decision.Digest == open.Digest && decision.Gate == open.Gate && decision.At >= open.Opened);
        var lines = new List<string>
        {
            "",
            $"{Subject(open)} awaits {open.Required - given} of {open.Required} answer(s), {who}, until "
                + $"{open.Deadline:yyyy-MM-dd HH:mm} UTC",
        };
        lines.AddRange(open.Gate == ApprovalRequest.Review ? Sample(report) : Gate(report));
        lines.Add($"  {"digest",-18} {open.Digest}");
        return Plain(string.Join('\n', lines));
    }

    private static string Subject(ApprovalRequest open) => open.Gate switch
    {
        ApprovalRequest.Review => "the review of sampled rows",
        ApprovalRequest.Waiver => "the gate failed; its waiver",
        _ => "the promotion",
    };

    private static IEnumerable<string> Sample(RunReport report) =>
        report.Lineage.Where(edge => edge.Role is "review-sample" or "dataset")
            .Select(edge => $"  {edge.Role,-18} {edge.Reference}  {edge.Detail}");

    private static IEnumerable<string> Gate(RunReport report)
    {
        if (report.Gate is not { } gate)
        {
            yield break;
        }

        yield return $"  {"check",-22} {"before",9} {"after",9}  {"verdict",-12} why";
        foreach (var check in gate.Checks)
        {
            yield return $"  {check.Name,-22} {Number(check.Baseline),9} {Number(check.Candidate),9}  "
                + $"{check.Verdict,-12} {(check.Detail.Length > 0 ? check.Detail : check.Threshold)}";
        }

        yield return $"  {"evidence",-18} {gate.Evidence.Uri}";
        foreach (var edge in report.Lineage.Where(
            edge => edge.Role is "dataset" or "evaluation-before" or "evaluation-after"))
        {
            yield return $"  {edge.Role,-18} {edge.Reference}";
        }
    }

    /// <summary>A measured value; a dash where none was measured.</summary>
    public static string Number(double value) => double.IsNaN(value) ? "-" : $"{value:0.0000;-0.0000;0.0000}";

    // What comes from data or people must not move the cursor.
    private static string Plain(string text) =>
        string.Concat(text.Select(character => char.IsControl(character) && character != '\n' ? ' ' : character));
}
