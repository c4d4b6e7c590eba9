using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Pipeline.Evaluation.Gates;
using Pipeline.Evaluation.Results;
using Pipeline.Workflows;

namespace Pipeline.Tools.Evaluate;

/// <summary><c>gate</c>: decides by the numbers of two evaluations whether a candidate may go on.</summary>
internal static class GateCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };

    public static Command Create()
    {
        var baseline = new Option<string>("--baseline", "-b")
        {
            Description = "results.json of the base model",
            Required = true,
        };
        var candidate = new Option<string>("--candidate", "-c")
        {
            Description = "results.json of the candidate",
            Required = true,
        };
        var arms = new Option<string[]>("--arm")
        {
            Description = "further arms as NAME=results.json, such as base+prompt=prompt.json",
            AllowMultipleArgumentsPerToken = true,
        };
        var gates = new Option<string>("--gates", "-g")
        {
            Description = "YAML file, or a built-in set: task, domain, style",
            DefaultValueFactory = _ => "task",
        };
        var output = new Option<string?>("--out", "-o")
        {
            Description = "write the decision with its evidence to this JSON file",
        };
        var input = new Option<string?>("--input") { Description = "input of the failed run; with --retrain-out" };
        var retrain = new Option<string?>("--retrain-out")
        {
            Description = "write the recommended input of a retrain after a fail",
        };
        var attempt = new Option<int>("--attempt") { Description = "retrains started so far for this run" };
        var command = new Command("gate", "Compare a candidate with its base; exit code 5 when a gate fails.")
            { baseline, candidate, arms, gates, output, input, retrain, attempt };
        command.SetAction(parsed =>
        {
            var name = parsed.GetRequiredValue(gates);
            var set = GateSetYaml.BuiltIn.Contains(name) ? GateSetYaml.ForPurpose(name) : GateSetYaml.Load(name);
            var all = new Dictionary<string, EvaluationResults>
            {
                ["base"] = ResultsJson.Load(parsed.GetRequiredValue(baseline)),
            };
            foreach (var (key, path) in (parsed.GetValue(arms) ?? []).Select(OptionText.Arm)) all[key] =
                ResultsJson.Load(path);
            var report = GateEvaluator.Evaluate(set, ResultsJson.Load(parsed.GetRequiredValue(candidate)), all);
            var text = JsonSerializer.Serialize(report, Json);
            if (parsed.GetValue(output) is { } target) File.WriteAllText(target, text + "\n");
            if (parsed.GetValue(Answer.Json)) Console.WriteLine(text);
            else Print(report);
            Propose(set, report, parsed.GetValue(input), parsed.GetValue(retrain), parsed.GetValue(attempt),
                parsed.GetValue(Answer.Json));
            return report.Verdict == GateVerdict.Fail ? ExitCodes.GateFailed : ExitCodes.Ok;
        });
        return command;
    }

    private static void Print(GateReport report)
    {
        Console.WriteLine($"gate '{report.GateSet}': {Word(report.Verdict)}");
        foreach (var problem in report.Problems) Console.WriteLine($"  FAIL          evidence: {problem}");
        foreach (var outcome in report.Outcomes)
        {
            Console.WriteLine(
                $"  {Word(outcome.Verdict),-13} {outcome.Rule.Name} "
                    + $"({outcome.Rule.Task}{(outcome.Questions > 0 ? $", {outcome.Questions} questions" : "")}): "
                    + $"{outcome.Reason}");
            if (outcome.Difference is { } interval)
            {
                Console.WriteLine(
                    $"                {outcome.Baseline:0.##} before, {outcome.Candidate:0.##} after; difference "
                    + $"{outcome.Candidate - outcome.Baseline:+0.##;-0.##;0} "
                    + $"(95 %: {interval.Lower:+0.##;-0.##;0} to {interval.Upper:+0.##;-0.##;0}); lost "
                    + $"{outcome.Lost}, gained {outcome.Gained}; p "
                    + $"{(outcome.P < 0.001 ? $"{outcome.P:0.#e+0}" : $"{outcome.P:0.000}")}");
            }
        }

        Console.WriteLine($"  evidence {report.Evidence.Digest}");
    }

    private static void Propose(GateSet set, GateReport report, string? input, string? target, int attempt, bool quiet)
    {
        if (report.Verdict != GateVerdict.Fail || input is null) return;
        var run = JsonNode.Parse(File.ReadAllText(input)) as JsonObject
            ?? throw new FormatException($"{input} is no JSON object");
        if (RetrainProposal.Of(set, report, run, attempt) is not { } proposal) return;
        if (target is not null) File.WriteAllText(target, proposal.Input.ToJsonString(Json) + "\n");
        if (quiet) return;
        foreach (var change in proposal.Differences)
            Console.WriteLine($"  retrain: {change.Path} {change.Before:R} -> {change.After:R} ({change.Rule})");
        foreach (var advice in proposal.Advice) Console.WriteLine($"  advice: {advice}");
        Console.WriteLine(proposal.Automatic ? "  it may start on its own" : "  a person must start it");
    }

    private static string Word(GateVerdict verdict) =>
        verdict switch { GateVerdict.Pass => "PASS", GateVerdict.Fail => "FAIL", _ => "INCONCLUSIVE" };
}
