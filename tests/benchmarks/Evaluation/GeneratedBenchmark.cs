using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Results;
using Pipeline.Evaluation.Scoring;

namespace Benchmarks.Evaluation;

/// <summary>
/// A generated set as large as MMLU, 14,042 questions in 57 tasks, through the whole harness: cold, again, and a sample
/// the plain way.
/// </summary>
internal static class GeneratedBenchmark
{
    private const int Questions = 14042;
    private const int Count = 57;

    public static void Run(Subject subject, int most)
    {
        EvaluationTask[] tasks = [.. Enumerable.Range(0, Math.Min(most, Count))
            .Select(i => Task(subject.Tasks[i % subject.Tasks.Count], i))];
        // One question of each task, the plain way; the rest would take as long per question.
        ScoreRequest[] sample = [.. tasks.SelectMany(task => subject.Requests(task, task.Questions.Take(1)))];
        var plain = new ResultList<ContinuationScore[]>(sample.Length);
        var plainTime = Measured.Of(() => new NaiveScorer(subject.Model).Score(sample, plain));

        var cache = Directory.CreateTempSubdirectory("pipeline-bench-").FullName;
        try
        {
            var (cold, first) = Evaluate(subject, tasks, cache);
            var (warm, second) = Evaluate(subject, tasks, cache);
            var same = Enumerable.Range(0, tasks.Length)
                .Count(i => first.Answers[i][0].Answers["none"] == "ABCD"[Subject.Best(plain[i])].ToString());
            var total = first.Answers.Sum(answers => answers.Count);
            var plainWhole = plainTime.Processor / sample.Length * total;
            Console.WriteLine(
                $"generated set of {Questions} questions in {Count} tasks; asked: {total} in {tasks.Length}, the "
                    + $"whole would take {cold.Processor / total * Questions:0} s CPU the fast way");
            Console.WriteLine(
                $"plain: {sample.Length} questions in {plainTime.Processor:0.0} s CPU, "
                    + $"{sample.Length / plainTime.Processor:0.00} questions/s; {total} would take {plainWhole:0} s "
                    + $"(extrapolated)");
            Console.WriteLine(
                $"fast:  {total} in {cold.Processor:0.0} s CPU ({cold.Wall:0.0} s), {total / cold.Processor:0.00} "
                    + $"questions/s, {plainWhole / cold.Processor:0.0} times as fast; {first.Calls} model calls; same "
                    + $"answers {same} of {tasks.Length}");
            Console.WriteLine(
                $"again: {warm.Processor:0.00} s CPU ({warm.Wall:0.00} s), {cold.Processor / warm.Processor:0} times "
                    + $"less processor time, {cold.Wall / warm.Wall:0} times sooner; {second.Calls} model calls; same "
                    + $"answers {Same(first, second)}");
        }
        finally
        {
            Directory.Delete(cache, recursive: true);
        }
    }

    private static (Measured Time, (List<IReadOnlyList<AnsweredQuestion>> Answers, long Calls) Outcome) Evaluate(
        Subject subject, EvaluationTask[] tasks, string cache)
    {
        var model = new LanguageModelScorer(subject.Model);
        var options = new PromptOptions();
        var runner = new EvaluationRunner(
            new ModelIdentity { BaseModel = "bookworm-6m", Precision = "Float32", Name = "bookworm-6m" },
            new PromptBuilder(options), options, () => (model, subject.Encoder), cache);
        var answers = new List<IReadOnlyList<AnsweredQuestion>>();
        var time = Measured.Of(() =>
            answers.AddRange(tasks.Select(task => (IReadOnlyList<AnsweredQuestion>)[.. runner.Run(task).Answers])));
        return (time, (answers, model.Calls));
    }

    // Each question gets a number in front, so that different ones come from the 960 of the benchmark.
    private static EvaluationTask Task(EvaluationTask source, int index) => source with
    {
        Name = $"generated_{index}",
        Groups = [],
        Questions = [.. Enumerable.Range(0, (Questions / Count) + (index < Questions % Count ? 1 : 0))
            .Select(i => source.Questions[i % source.Questions.Count] with
        {
            Id = $"{i}",
            Text = $"Case {index}.{i}. {source.Questions[i % source.Questions.Count].Text}",
        })],
    };

    private static string Same((List<IReadOnlyList<AnsweredQuestion>> Answers, long Calls) first,
        (List<IReadOnlyList<AnsweredQuestion>> Answers, long Calls) second) =>
        $"{first.Answers.SelectMany(a => a).Zip(second.Answers.SelectMany(a => a)).Count(pair => pair.First.Answers["none"] == pair.Second.Answers["none"])}";
}
