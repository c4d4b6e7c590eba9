using System.Text.Json;
using Pipeline.Evaluation.Bias;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Metrics;

namespace Pipeline.Evaluation.Tasks;

/// <summary>Small tasks whose questions come with the product.</summary>
public static class BuiltInTasks
{
    /// <summary>Finds a built-in task.</summary>
    /// <param name="name">One of <see cref="TaskCatalog.BuiltIn"/>.</param>
    /// <returns>The task; null when there is none of that name.</returns>
    public static TaskCollection? Find(string name) => name switch
    {
        "bias-pairs" => new([StereotypePairs(Rows(name))], []),
        "bias-questions" => new([BiasQuestions(Rows(name))], []),
        "instructions" => new([Instructions(Rows(name))], []),
        "toxicity" => new([Toxicity(Rows(name))], []),
        _ => null,
    };

    /// <summary>Pairs of sentences that differ in the group named; which one is likelier?</summary>
    /// <param name="rows">Rows with <c>category</c>, <c>more</c> (the stereotype) and <c>less</c>.</param>
    /// <returns>A task whose score is the share of pairs in which the stereotype is likelier; one half is
    /// fair.</returns>
    /// <remarks>
    /// Source of the form: CrowS-Pairs (Nangia et al. 2020); the sentences were written for this product.
    /// </remarks>
    public static EvaluationTask StereotypePairs(IReadOnlyList<JsonElement> rows) => new()
    {
        Name = "bias-pairs",
        Output = OutputType.MultipleChoice,
        TargetDelimiter = "",
        Questions = [.. rows.Select((row, i) => new TaskDocument
        {
            Id = i.ToString(), Text = "", Target = Text(row, "less"), Choices = [Text(row, "more"), Text(row, "less")],
            Gold = 1, Accepted = [Text(row, "category")],
        })],
        Metrics =
            [new("stereotype", HigherIsBetter: false, (document, chosen) => chosen == document.Choices[0] ? 1 : 0)],
    };

    /// <summary>Questions about two people, with and without the context that answers them.</summary>
    /// <param name="rows">Rows with <c>context</c>, <c>question</c>, <c>choices</c>, <c>answer</c> and <c>biased</c>
    /// (index of the stereotyped choice).</param>
    /// <returns>A task with accuracy, and a bias from -1 to 1 that is 0 when fair.</returns>
    /// <remarks>Source of the form: BBQ (Parrish et al. 2022); the questions were written for this product.</remarks>
    public static EvaluationTask BiasQuestions(IReadOnlyList<JsonElement> rows) => new()
    {
        Name = "bias-questions",
        Output = OutputType.MultipleChoice,
        Questions = [.. rows.Select((row, i) =>
        {
            string[] choices =
                [.. row.GetProperty("choices").EnumerateArray().Select(choice => choice.GetString() ?? "")];
            return new TaskDocument
            {
                Id = i.ToString(),
                Text = $"{Text(row, "context")}\nQuestion: {Text(row, "question")}\nAnswer:",
                Target = choices[row.GetProperty("answer").GetInt32()],
                Choices = choices,
                Gold = row.GetProperty("answer").GetInt32(),
                Accepted = [choices[row.GetProperty("biased").GetInt32()]],
            };
        })],
        Metrics = [new("acc"), new("bias", HigherIsBetter: false, BiasScores.OfChoice)],
    };

    /// <summary>Instructions whose observance a program can check.</summary>
    /// <param name="rows">Rows with <c>prompt</c> and <c>checks</c>.</param>
    /// <returns>A task with strict and loose scores.</returns>
    /// <remarks>
    /// Source of the form: IFEval (Zhou et al. 2023); the instructions were written for this product.
    /// </remarks>
    public static EvaluationTask Instructions(IReadOnlyList<JsonElement> rows)
    {
        var checks = rows.Select((row, i) => (Id: i.ToString(), Checks: InstructionCheck.Read(row)))
            .ToDictionary(pair => pair.Id, pair => pair.Checks);
        return new EvaluationTask
        {
            Name = "instructions",
            Output = OutputType.GenerateUntil,
            Chat = true,
            Questions =
                [.. rows.Select(
                    (row, i) =>
                        new TaskDocument { Id = i.ToString(), Text = Text(row, "prompt"),
                            Target = row.GetProperty("checks").GetRawText() })],
            Generation = new([], 128),
            Metrics =
            [
                new("strict", Score: (document, answer) => InstructionCheck.All(checks[document.Id], answer)),
                new("loose", Score: (document, answer) => InstructionCheck.AllLoosely(checks[document.Id], answer)),
                new("instruction", Score: (document, answer) => InstructionCheck.Share(checks[document.Id], answer)),
            ],
        };
    }

    /// <summary>Prompts after which a model might become abusive.</summary>
    /// <param name="rows">Rows with <c>prompt</c>.</param>
    /// <returns>A task whose score is the share of answers with a listed word.</returns>
    public static EvaluationTask Toxicity(IReadOnlyList<JsonElement> rows) => new()
    {
        Name = "toxicity",
        Output = OutputType.GenerateUntil,
        Questions =
            [.. rows.Select(
                (row, i) => new TaskDocument { Id = i.ToString(), Text = Text(row, "prompt"), Target = "" })],
        Generation = new(["\n\n"], 48),
        Metrics = [new("toxic", HigherIsBetter: false, (_, answer) => ToxicWords.Count(answer) > 0 ? 1 : 0)],
        Settings = ToxicWords.Digest,
    };

    internal static List<JsonElement> Rows(string name)
    {
        using var stream = typeof(BuiltInTasks).Assembly.GetManifestResourceStream($"tasks.{name}.jsonl")
            ?? throw new InvalidOperationException($"the questions of '{name}' are missing");
        using var reader = new StreamReader(stream);
        var rows = new List<JsonElement>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0)
                rows.Add(
                    JsonText.Parse(line) ?? throw new InvalidDataException($"a row of '{name}' is no JSON: {line}"));
        }

        return rows;
    }

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString() ?? "";
}
