using Pipeline.Llm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Evaluation.Scoring;

/// <summary>
/// Asks a model as a plain harness does: a padded row for each continuation, all logits, nothing shared. The measure
/// and the oracle of the fast way.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="rows">Rows of a batch.</param>
/// <param name="maxLength">Most tokens before the scored ones; null for the model's positions.</param>
public sealed class NaiveScorer(CausalLanguageModel model, int rows = 8, int? maxLength = null) : IScoringModel
{
    /// <inheritdoc/>
    public int MaxLength => maxLength ?? model.Config.MaxPositions;

    /// <inheritdoc/>
    public long Calls { get; private set; }

    /// <inheritdoc/>
    public void Score(IReadOnlyList<ScoreRequest> requests, IResultSink<ContinuationScore[]> sink,
        CancellationToken cancellationToken = default)
    {
        ScoredSequence[] sequences =
            [.. requests.SelectMany((request, i) => ScoredSequence.Of(i, request, MaxLength, together: false))];
        var collector = new ScoreCollector(requests, sequences, sink);
        using var mode = no_grad();
        foreach (var batch in Enumerable.Range(0, sequences.Length).Chunk(rows))
        {
            cancellationToken.ThrowIfCancellationRequested();
            collector.Add(batch, Read([.. batch.Select(row => sequences[row])]));
        }
    }

    /// <inheritdoc/>
    public void Generate(
        IReadOnlyList<GenerateRequest> requests, IResultSink<int[]> sink, CancellationToken cancellationToken = default)
    {
        using var mode = no_grad();
        for (var i = 0; i < requests.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (ids, generated) = (requests[i].Prompt.ToList(), new List<int>());
            do
            {
                using var scope = NewDisposeScope();
                var logits = Logits([[.. ids.TakeLast(MaxLength)]]);
                generated.Add((int)logits[0][^1].argmax(-1).item<long>());
                ids.Add(generated[^1]);
            }
            while (generated.Count < requests[i].MaxTokens && !requests[i].Stops(generated));

            sink.Add(i, [.. generated]);
            sink.EndBatch();
        }
    }

    private List<(float[] Values, bool[] Greedy)> Read(ScoredSequence[] batch)
    {
        using var scope = NewDisposeScope();
        var logits = Logits([.. batch.Select(row => row.Input)]).to(ScalarType.Float32);
        var logs = logits.log_softmax(-1);
        return [.. batch.Select((row, i) =>
        {
            var (values, greedy) = (new float[row.Targets.Length], new bool[row.Targets.Length]);
            for (var k = 0; k < row.Targets.Length; k++)
            {
                var line = logs[i][row.Input.Length - row.Targets.Length + k];
                values[k] = line[row.Targets[k][0]].item<float>();
                greedy[k] = line.argmax(-1).item<long>() == row.Targets[k][0];
            }

            return (values, greedy);
        })];
    }

    private Tensor Logits(int[][] inputs)
    {
        var width = inputs.Max(ids => ids.Length);
        var (ids, mask) = (new long[inputs.Length * width], new long[inputs.Length * width]);
        for (var i = 0; i < inputs.Length; i++)
        {
            for (var j = 0; j < inputs[i].Length; j++) (ids[i * width + j], mask[i * width + j]) = (inputs[i][j], 1);
        }

        Calls++;
        var input = new ModelInput
        {
            InputIds = tensor(ids).view(inputs.Length, width),
            AttentionMask = tensor(mask).view(inputs.Length, width),
        };
        return model.Logits(model.Hidden(input));
    }
}
