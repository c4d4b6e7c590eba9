using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Evaluation.Judge;
using Pipeline.Evaluation.Metrics;
using Pipeline.Evaluation.Results;
using Pipeline.Statistics;

namespace Pipeline.Tools.Evaluate;

/// <summary>Answers, judgements and their files.</summary>
internal sealed class JudgeRun(
    JudgeBench bench, IReadOnlyList<JudgeQuestion> questions, string folder, TextWriter said)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Marks every turn; returns the task for results.json, and the marks for programs.</summary>
    public async Task<(TaskResult Task, object Summary)> MarkAsync(
        IChatModel model, IReadOnlyList<JudgeQuestion> all, CancellationToken cancellationToken)
    {
        var answers = await AnswersAsync(model, "answers.jsonl", cancellationToken);
        var marks = await bench.MarkAsync(model.Id, [.. questions.Zip(answers)], cancellationToken);
        Write("judgements.jsonl", marks.Marks);
        var categories =
            questions.ToDictionary(question => question.Id, question => question.Category, StringComparer.Ordinal);
        foreach (var category in marks.Marks.Where(mark => mark.Mark is not null)
            .GroupBy(mark => categories[mark.QuestionId]))
            said.WriteLine(
                $"{category.Key,-12} {category.Average(mark => mark.Mark),6:0.00}  {category.Count()} turns");
        var mean = double.IsNaN(marks.Mean) ? "no mean" : $"mean {marks.Mean:0.00}";
        said.WriteLine(
            $"{mean} of {marks.Marks.Count} turns by {marks.Judge}; {marks.Unreadable} without a readable mark, "
                + $"{marks.Marks.Count(mark => mark.Tries > 1)} asked for again; prompts {marks.PromptDigest[..12]}");
        return (marks.ToTaskResult(questions) with { Original = all.Sum(question => question.Turns.Count) },
            new { marks.Judge, marks.Judged, marks.Mean, turns = marks.Marks.Count, marks.Unreadable });
    }

    /// <summary>Compares two models in both orders.</summary>
    public async Task<object> CompareAsync(IChatModel first, IChatModel second, CancellationToken cancellationToken)
    {
        var (one, two) = (await AnswersAsync(first, "answers.jsonl", cancellationToken),
            await AnswersAsync(second, "answers-against.jsonl", cancellationToken));
        var results = await bench.CompareAsync(
            first.Id, second.Id, [.. questions.Select((question, i) => (question, one[i], two[i]))], cancellationToken);
        Write("comparisons.jsonl", results);
        var (wins, losses) = (results.Count(result => result.Score == 1), results.Count(result => result.Score == 0));
        var (tied, byOrder, unreadable) = (results.Count(result => result.Score == 0.5),
            results.Count(result => result.OrderDecided), results.Count(result => result.Score is null));
        var rate = wins + losses == 0 ? "no decided question"
            : $"wins {100.0 * wins / (wins + losses):0.0} % of the decided ones ({Range(wins, wins + losses)})";
        said.WriteLine(
            $"{first.Id} against {second.Id}: {wins} won, {losses} lost, "
                + $"{tied} tied ({byOrder} of them decided by the order), {unreadable} unreadable; {rate}");
        return new { first = first.Id, second = second.Id, wins, losses, tied, decidedByOrder = byOrder, unreadable };
    }

    /// <summary>Measures how far the judge agrees with people on labelled comparisons.</summary>
    public async Task<object> AgreeAsync(string path, CancellationToken cancellationToken)
    {
        var rows = File.ReadLines(path).Where(line => line.Length > 0)
            .Select((line, i) => LabelledComparison.Of(line, $"{path}, row {i + 1}")).ToList();
        var results = await bench.CompareAsync(
            "first", "second", [.. rows.Select(row => (row.Question, row.First, row.Second))], cancellationToken);
        Write("agreement.jsonl", results);
        var read = rows.Zip(results).Where(pair => pair.Second.Score is not null).ToList();
        if (read.Count == 0)
            throw new InvalidDataException(
                $"the judge gave no readable judgement of the {rows.Count} comparisons in {path}");
        var report = new ClassificationReport(
            ConfusionMatrix.Of([.. read.Select(pair => pair.First.Person)],
                [.. read.Select(pair => pair.Second.Score switch { 1 => "A", 0 => "B", _ => "C" })], ["A", "B", "C"]));
        said.WriteLine(
            $"agreement with people: {100 * report.Accuracy:0.0} % of {read.Count} comparisons, kappa "
                + $"{report.Kappa():0.00}; {rows.Count - read.Count} unreadable");
        return new
        {
            report.Accuracy,
            kappa = report.Kappa(),
            comparisons = read.Count,
            unreadable = rows.Count - read.Count
        };
    }

    private async Task<List<IReadOnlyList<string>>> AnswersAsync(
        IChatModel model, string file, CancellationToken cancellationToken)
    {
        var answers = new List<IReadOnlyList<string>>();
        foreach (var question in questions)
        {
            answers.Add(await JudgeBench.AnswerAsync(model, question, cancellationToken));
            if (!Console.IsErrorRedirected)
                Console.Error.Write($"\r{model.Id}: {answers.Count} of {questions.Count} answered ");
        }

        if (!Console.IsErrorRedirected) Console.Error.WriteLine();
        Write(file,
            questions.Zip(
                answers, (question, turns) =>
                    new
                    {
                        question_id = question.Id,
                        model_id = model.Id,
                        choices = new[] { new { index = 0, turns } }
                    }));
        return answers;
    }

    private void Write<T>(string name, IEnumerable<T> rows)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(
            Path.Combine(folder, name), string.Concat(rows.Select(row => JsonSerializer.Serialize(row, Json) + "\n")));
    }

    private static string Range(int wins, int decided)
    {
        var range = ProportionIntervals.Wilson(wins, decided);
        return $"95 %: {100 * range.Lower:0.0} to {100 * range.Upper:0.0}";
    }
}
