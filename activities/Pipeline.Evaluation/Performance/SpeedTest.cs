using System.Diagnostics;
using System.Runtime.CompilerServices;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Results;
using Pipeline.Llm.Generation;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;

namespace Pipeline.Evaluation.Performance;

/// <summary>Measures a model directory under load with the engine that serves it.</summary>
public sealed class SpeedTest
{
    /// <summary>Name of the task in results and gate rules.</summary>
    public const string Task = "performance";

    private const string Candidate = "candidate";

    /// <summary>Requests in flight at a time.</summary>
    /// <value>Default: 4.</value>
    public int Concurrency { get; init; } = 4;

    /// <summary>
    /// Tokens of every answer; the end-of-text token does not end it, so that all runs have the same length.
    /// </summary>
    /// <value>Default: 32.</value>
    public int MaxTokens { get; init; } = 32;

    /// <summary>Runs the prompts.</summary>
    /// <param name="model">The model; its weights are read again for the engine.</param>
    /// <param name="directory">Its directory.</param>
    /// <param name="adapter">Adapter directory, or null.</param>
    /// <param name="prompts">Texts as the model reads them.</param>
    /// <param name="options">Precision and threads.</param>
    /// <param name="cancellationToken">Stops the test.</param>
    /// <returns>The request log, the report that it gives, and a task result for gates.</returns>
    public async Task<(IReadOnlyList<RequestRecord> Log, PerformanceReport Report, TaskResult Result)> RunAsync(
        ModelUnderTest model, string directory, string? adapter, IReadOnlyList<string> prompts,
        ModelLoadOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompts);
        using var weights = CausalLanguageModel.Load(directory, options);
        await using var engine = new GenerationEngine(weights, new GenerationOptions { MaxBatch = Concurrency });
        if (adapter is not null)
            await engine.LoadAdapterAsync(Candidate, AdapterContent.Read(adapter), cancellationToken);
        var ids = prompts.Select(prompt => model.Encoder.Encode(prompt)).ToList();
        var entropies = new Dictionary<string, double>(StringComparer.Ordinal);
        async IAsyncEnumerable<string> Generate(string index, [EnumeratorCancellation] CancellationToken stop)
        {
            var (sum, count) = (0.0, 0);
            var request = new GenerationRequest
            {
                Prompt = ids[int.Parse(index)],
                Adapter = adapter is null
                    ? null : Candidate,
                Sampling = new SamplingOptions { MaxTokens = MaxTokens },
            };
            await foreach (var token in engine.Submit(request).ReadAllAsync(stop))
            {
                (sum, count) = (sum + token.Entropy, count + 1);
                yield return string.Empty;
            }

            lock (entropies) entropies[index] = count == 0 ? double.NaN : sum / count;
        }

        // The first answer pays for memory and threads; it is in no figure.
        if (ids.Count > 0) await foreach (var _ in Generate("0", cancellationToken)) { }

        var log = await new LoadTest(TimeProvider.System).RunAsync(
            [.. ids.Select((prompt, i) => (i.ToString(), prompt.Length))], Concurrency, Generate, cancellationToken);
        using var process = Process.GetCurrentProcess();
        var report = PerformanceReport.Of(log, Concurrency, process.PeakWorkingSet64);
        return (log, report,
            Result(log, [.. ids.Select((_, i) => entropies.GetValueOrDefault(i.ToString(), double.NaN))], prompts));
    }

    /// <summary>
    /// Scores of each request for gates: seconds, and entropy in nats per token; a failed request has no number, which
    /// a gate refuses.
    /// </summary>
    private TaskResult Result(IReadOnlyList<RequestRecord> log, double[] entropies, IReadOnlyList<string> prompts)
    {
        double[] Times(Func<RequestRecord, double> of) =>
            [.. log.Select(request => request.Error is null && request.TokenTimes.Count > 0
                ? of(request) : double.NaN)];
        var scores = new Dictionary<string, IReadOnlyList<double>>
        {
            ["first_token"] = Times(request => request.TokenTimes[0] - request.Start),
            ["end_to_end"] = Times(request => request.TokenTimes[^1] - request.Start),
            ["per_token"] = Times(request => (request.TokenTimes[^1] - request.Start) / request.TokenTimes.Count),
            ["entropy"] = entropies,
        };
        return new TaskResult
        {
            Task = Task,
            TaskDigest = Files.Digest([.. prompts, $"{Concurrency}", $"{MaxTokens}"]),
            PromptDigest = Files.Digest(prompts),
            Original = log.Count,
            Effective = log.Count,
            Ids = [.. log.Select((_, i) => i.ToString())],
            Scores = scores,
            Metrics = scores.ToDictionary(score => $"{score.Key},none", score => Aggregation.Mean(score.Value)),
            LowerIsBetter = ["first_token", "end_to_end", "per_token"],
        };
    }
}
