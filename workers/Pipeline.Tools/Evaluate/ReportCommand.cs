using System.CommandLine;
using System.Text.Json;
using Pipeline.Evaluation.Gates;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Metrics;
using Pipeline.Evaluation.Reports;
using Pipeline.Evaluation.Reports.Plots;
using Pipeline.Evaluation.Results;

namespace Pipeline.Tools.Evaluate;

/// <summary><c>report</c>: a page with plots from the folders that <c>eval</c> wrote.</summary>
internal static class ReportCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { IncludeFields = true };

    public static Command Create()
    {
        var baseline = new Option<string>("--baseline", "-b")
        {
            Description = "folder of the base model's evaluation",
            Required = true,
        };
        var candidate = new Option<string?>("--candidate", "-c")
        {
            Description = "folder of the candidate's evaluation",
        };
        var gates = new Option<string?>("--gates", "-g")
        {
            Description = "YAML file or built-in set; shows its decision",
        };
        var arms = new Option<string[]>("--arm")
        {
            Description = "further arms as NAME=results.json",
            AllowMultipleArgumentsPerToken = true,
        };
        var losses = new Option<string?>("--losses") { Description = "JSON lines with step and loss" };
        var methods = new Option<string?>("--methods") { Description = "JSON list of recorded runs to compare" };
        var title = new Option<string>("--title")
        {
            Description = "title of the page",
            DefaultValueFactory = _ => "Evaluation",
        };
        var output = new Option<string>("--out", "-o")
        {
            Description = "HTML file",
            DefaultValueFactory = _ => "report.html",
        };
        var command = new Command("report", "Write an HTML page about an evaluation; it opens offline.") { baseline,
            candidate, gates, arms, losses, methods, title, output };
        command.SetAction(parsed =>
        {
            var (before, after) = (parsed.GetRequiredValue(baseline), parsed.GetValue(candidate));
            var evaluations = new Dictionary<string, EvaluationResults>
            {
                ["base"] = ResultsJson.Load(Path.Combine(before, "results.json")),
            };
            foreach (var (name, path) in (parsed.GetValue(arms) ?? []).Select(OptionText.Arm)) evaluations[name] =
                ResultsJson.Load(path);
            var results = after is null ? null : ResultsJson.Load(Path.Combine(after, "results.json"));
            var shown = after ?? before;
            var page = EvaluationReport.Make(new EvaluationReportInput
            {
                Title = parsed.GetValue(title) ?? "Evaluation",
                Baseline = evaluations["base"],
                Candidate = results,
                Gate = results is not null && parsed.GetValue(gates) is { } set
                    ? GateEvaluator.Evaluate(Gates(set), results, evaluations) : null,
                Confusion = Confusion(Answers(shown, "section")),
                Calibration = Calibrated(shown, results ?? evaluations["base"]),
                Losses = parsed.GetValue(losses) is { } log ? [new PlotLine("training", Losses(log))] : [],
                Methods = parsed.GetValue(methods) is { } runs ? Methods(runs) : [],
            });
            var (file, sha256) = (parsed.GetRequiredValue(output), page.Save(parsed.GetRequiredValue(output)));
            Answer.Write(parsed, new { page = file, sha256 }, $"{file}  sha256 {sha256}");
            return 0;
        });
        return command;
    }

    private static GateSet Gates(string name) =>
        GateSetYaml.BuiltIn.Contains(name) ? GateSetYaml.ForPurpose(name) : GateSetYaml.Load(name);

    private static List<AnsweredQuestion> Answers(string folder, string task)
    {
        var path = Path.Combine(folder, $"samples_{task}.jsonl");
        return File.Exists(path) ? AnswerFile.Read(path) : [];
    }

    private static ConfusionMatrix? Confusion(List<AnsweredQuestion> answers) => answers.Count == 0 ? null
        : ConfusionMatrix.Of([.. answers.Select(answer => answer.Target)],
            [.. answers.Select(answer => answer.Answers.GetValueOrDefault("none", ""))]);

    /// <summary>Confidence is the softmax over the choices.</summary>
    private static Calibration? Calibrated(string folder, EvaluationResults results)
    {
        var answers = results.Tasks.Where(task => task.Scores.ContainsKey("acc"))
            .SelectMany(task => Answers(folder, task.Task)).Where(answer => answer.LogLikelihoods.Count > 1).ToList();
        return answers.Count == 0 ? null : Calibration.Of(
            [.. answers.Select(
                answer => 1 / answer.LogLikelihoods.Sum(log => Math.Exp(log - answer.LogLikelihoods.Max())))],
            [.. answers.Select(answer => answer.Scores.GetValueOrDefault("acc,none") == 1)]);
    }

    private static List<(double X, double Y)> Losses(string path)
    {
        var points = new List<(double X, double Y)>();
        foreach (var (index, line) in File.ReadLines(path).Index().Where(pair => pair.Item.Length > 0))
        {
            using var row = JsonDocument.Parse(line);
            points.Add(row.RootElement.TryGetProperty("step", out var step)
                && row.RootElement.TryGetProperty("loss", out var loss)
                ? (step.GetDouble(), loss.GetDouble())
                : throw new FormatException($"{path}, row {index + 1}: 'step' and 'loss' are needed"));
        }

        return points;
    }

    private static MethodRun[] Methods(string path) =>
        JsonSerializer.Deserialize<MethodRun[]>(File.ReadAllText(path), Json) ?? [];
}
