using Pipeline.Llm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Evaluation.Scoring;

/// <summary>
/// Asks a model in this process: one pass a question, the common prefix once, the head at the read positions only.
/// </summary>
/// <param name="model">The model; used by one thread at a time.</param>
/// <param name="options">Batching and length.</param>
public sealed class LanguageModelScorer(CausalLanguageModel model, ScoringOptions? options = null) : IScoringModel
{
    private readonly ScoringOptions _options = options ?? new ScoringOptions();

    /// <inheritdoc/>
    public int MaxLength => _options.MaxLength ?? model.Config.MaxPositions;

    /// <inheritdoc/>
    public long Calls { get; private set; }

    /// <inheritdoc/>
    public void Score(IReadOnlyList<ScoreRequest> requests, IResultSink<ContinuationScore[]> sink,
        CancellationToken cancellationToken = default)
    {
        ScoredSequence[] rows =
            [.. requests.SelectMany((request, i) => ScoredSequence.Of(i, request, MaxLength, together: true))];
        var collector = new ScoreCollector(requests, rows, sink);
        using var mode = no_grad();
        foreach (var group in PrefixPlan.Make(
            [.. rows.Select(row => row.Input)], [.. rows.Select(row => row.Targets.Length)], _options.BatchTokens))
        {
            using var prefix = new SharedPrefix(model, group.Prefix, _options.Adapter, () => Calls++);
            foreach (var batch in group.Batches.Where(batch => batch.Rows.Any(row => !sink.Has(rows[row].Request))))
            {
                cancellationToken.ThrowIfCancellationRequested();
                collector.Add(batch.Rows, ReadBatch(prefix, [.. batch.Rows.Select(row => rows[row])]));
            }
        }
    }

    /// <inheritdoc/>
    public void Generate(
        IReadOnlyList<GenerateRequest> requests, IResultSink<int[]> sink, CancellationToken cancellationToken = default)
    {
        using var mode = no_grad();
        // Room for the answer: the last generated token is never fed.
        int[][] prompts = [.. requests.Select(request => Fit(request))];
        var tokens = _options.GenerateRows
            * Math.Max(1, prompts.Length == 0 ? 1 : prompts.Max(prompt => prompt.Length));
        foreach (var group in PrefixPlan.Make(prompts, [.. prompts.Select(_ => 1)], tokens))
        {
            using var prefix = new SharedPrefix(model, group.Prefix, _options.Adapter, () => Calls++);
            foreach (var rows in group.Batches.SelectMany(batch => batch.Rows.Chunk(_options.GenerateRows))
                .Where(rows => rows.Any(row => !sink.Has(row))))
            {
                cancellationToken.ThrowIfCancellationRequested();
                GreedyDecoder.Run(prefix, rows, requests, prompts, sink);
                sink.EndBatch();
            }
        }
    }

    private int[] Fit(GenerateRequest request)
    {
        var room = Math.Max(1, MaxLength - request.MaxTokens);
        return request.Prompt.Length <= room ? request.Prompt : request.Prompt[^room..];
    }

    private static List<(float[] Values, bool[] Greedy)> ReadBatch(SharedPrefix prefix, ScoredSequence[] rows)
    {
        using var scope = NewDisposeScope();
        var hidden = prefix.Run([.. rows.Select(row => row.Input)]);
        var width = (int)hidden.size(1);
        var (positions, counts) = (new List<long>(), new List<int>());
        for (var i = 0; i < rows.Length; i++)
        {
            var end = rows[i].Input.Length - prefix.Length;
            for (var k = 0; k < rows[i].Targets.Length; k++)
                positions.Add((long)i * width + end - rows[i].Targets.Length + k);
            counts.Add(rows[i].Targets.Length);
        }

        var states = hidden.reshape(-1, hidden.size(2))
            .index_select(0, tensor(positions.ToArray(), device: hidden.device));
        var logits = prefix.Logits(states, counts).to(ScalarType.Float32);
        var best = logits.argmax(-1).ToArray<long>();
        return Gather(rows, logits.log_softmax(-1), best);
    }

    private static List<(float[] Values, bool[] Greedy)> Gather(ScoredSequence[] rows, Tensor logs, long[] best)
    {
        var (lines, columns) = (new List<long>(), new List<long>());
        var line = 0;
        foreach (var targets in rows.SelectMany(row => row.Targets))
        {
            foreach (var id in targets)
            {
                lines.Add(line);
                columns.Add(id);
            }

            line++;
        }

        long[] places = [.. lines.Zip(columns, (l, c) => l * logs.size(1) + c)];
        var flat = logs.reshape(-1).index_select(0, tensor(places, device: logs.device)).ToArray<float>();
        var results = new List<(float[] Values, bool[] Greedy)>(rows.Length);
        var at = 0;
        line = 0;
        foreach (var row in rows)
        {
            var (values, greedy) = (new List<float>(), new List<bool>());
            foreach (var targets in row.Targets)
            {
                foreach (var id in targets)
                {
                    values.Add(flat[at++]);
                    greedy.Add(best[line] == id);
                }

                line++;
            }

            results.Add(([.. values], [.. greedy]));
        }

        return results;
    }
}
