using System.Diagnostics;
using Pipeline.Data.Tokenizers;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Scoring;
using Pipeline.Evaluation.Tasks;
using Pipeline.Llm.Models;
using TorchSharp;

// Questions a second of the fast way against the plain one (four padded rows a question), same questions, same binary, one thread.
// usage: ./pipeline bench Evaluation [plain questions a subject, default 3] [all]
// `all` adds a generated set as large as MMLU, fast way only.
var perSubject = args.Length > 0 ? int.Parse(args[0]) : 3;
var root = AppContext.BaseDirectory;
while (!File.Exists(Path.Combine(root, "Pipeline.sln"))) root = Path.GetDirectoryName(root) ?? throw new DirectoryNotFoundException("no Pipeline.sln above the program");
var directory = Path.Combine(root, "infra", "models", "bookworm-6m");
using var model = CausalLanguageModel.Load(directory, new() { DType = torch.ScalarType.Float32, Threads = 1 });
var encoder = new PromptEncoder(PretrainedTokenizer.Load(directory));
var builder = new PromptBuilder(new PromptOptions());
var tasks = MmluTasks.Load("debian-mmlu", Path.Combine(root, "infra", "benchmarks", "debian-mmlu")).Tasks;
ScoreRequest[][] all = [.. tasks.Select(task => task.Questions.Select(question => Encode(task, question)).ToArray())];
ScoreRequest[] sample = [.. all.SelectMany(subject => subject.Where((_, i) => i % (subject.Length / perSubject) == 0).Take(perSubject))];

var plain = new ResultList<ContinuationScore[]>(sample.Length);
var plainTime = Time(() => new NaiveScorer(model).Score(sample, plain));
var (same, largest) = (0, 0.0);
var fast = all.Select(subject => new ResultList<ContinuationScore[]>(subject.Length)).ToArray();
var fastTime = Time(() =>
{
    for (var i = 0; i < all.Length; i++) new LanguageModelScorer(model).Score(all[i], fast[i]);
});
for (var i = 0; i < sample.Length; i++)
{
    var subject = Array.FindIndex(all, list => list.Contains(sample[i]));
    var own = fast[subject][Array.IndexOf(all[subject], sample[i])];
    same += Best(own) == Best(plain[i]) ? 1 : 0;
    largest = Math.Max(largest, own.Zip(plain[i], (a, b) => Math.Abs(a.LogLikelihood - b.LogLikelihood)).Max());
}

var questions = all.Sum(subject => subject.Length);
Console.WriteLine($"plain: {sample.Length} questions in {plainTime:0.0} s CPU, {sample.Length / plainTime:0.00} questions/s");
Console.WriteLine($"fast:  {questions} questions in {fastTime:0.0} s CPU, {questions / fastTime:0.00} questions/s, {questions / fastTime / (sample.Length / plainTime):0.0} times as fast");
Console.WriteLine($"same answers: {same} of {sample.Length}; largest difference of a log-likelihood {largest:E1}");
if (args.Contains("all"))
{
    // Each question gets a number in front, so that 14,042 different ones come from the 960.
    var (count, large) = (0, 0.0);
    while (count < 14042)
    {
        var round = count / questions;
        for (var i = 0; i < tasks.Count && count < 14042; i++)
        {
            ScoreRequest[] numbered = [.. tasks[i].Questions.Take(14042 - count).Select(question => Encode(tasks[i], question with { Text = $"Case {round}. {question.Text}" }))];
            large += Time(() => new LanguageModelScorer(model).Score(numbered, new ResultList<ContinuationScore[]>(numbered.Length)));
            count += numbered.Length;
        }
    }

    Console.WriteLine($"generated set: {count} questions in {large:0.0} s CPU, {count / large:0.00} questions/s");
}

return 0;

ScoreRequest Encode(EvaluationTask task, TaskDocument question)
{
    var (context, continuations) = builder.Build(task, question);
    return encoder.Encode(context, continuations);
}

static int Best(ContinuationScore[] scores) => Array.FindIndex(scores, score => score.LogLikelihood == scores.Max(other => other.LogLikelihood));

// Processor time: the machine may be shared.
static double Time(Action action)
{
    using var process = Process.GetCurrentProcess();
    var before = process.TotalProcessorTime;
    action();
    process.Refresh();
    return (process.TotalProcessorTime - before).TotalSeconds;
}
