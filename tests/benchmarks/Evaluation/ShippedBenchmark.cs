using Pipeline.Evaluation.Scoring;

namespace Benchmarks.Evaluation;

/// <summary>
/// The 960 questions of the shipped benchmark the fast way, against a sample of them the plain way (four padded rows a
/// question).
/// </summary>
internal static class ShippedBenchmark
{
    public static void Run(Subject subject, int perSubject)
    {
        ScoreRequest[][] all = [.. subject.Tasks.Select(task => subject.Requests(task))];
        (int Task, int Question)[] sample = [.. all.SelectMany((requests, task) =>
            Enumerable.Range(0, perSubject).Select(i => (task, i * (requests.Length / perSubject))))];

        var plain = new ResultList<ContinuationScore[]>(sample.Length);
        ScoreRequest[] asked = [.. sample.Select(at => all[at.Task][at.Question])];
        var plainTime = Measured.Of(() => new NaiveScorer(subject.Model).Score(asked, plain)).Processor;
        var fast = all.Select(requests => new ResultList<ContinuationScore[]>(requests.Length)).ToArray();
        var fastTime = Measured.Of(() =>
        {
            for (var i = 0; i < all.Length; i++) new LanguageModelScorer(subject.Model).Score(all[i], fast[i]);
        }).Processor;

        var own = sample.Select(at => fast[at.Task][at.Question]).ToList();
        var same = Enumerable.Range(0, sample.Length).Count(i => Subject.Best(own[i]) == Subject.Best(plain[i]));
        var largest = Enumerable.Range(0, sample.Length)
            .Max(i => own[i].Zip(plain[i], (a, b) => Math.Abs(a.LogLikelihood - b.LogLikelihood)).Max());
        var questions = all.Sum(requests => requests.Length);
        Console.WriteLine(
            $"plain: {sample.Length} questions in {plainTime:0.0} s CPU, {sample.Length / plainTime:0.00} questions/s");
        Console.WriteLine(
            $"fast:  {questions} questions in {fastTime:0.0} s CPU, {questions / fastTime:0.00} questions/s, "
                + $"{questions / fastTime / (sample.Length / plainTime):0.0} times as fast");
        Console.WriteLine(
            $"same answers: {same} of {sample.Length}; largest difference of a log-likelihood {largest:E1}");
    }
}
