using Pipeline.Llm.Models;
using Pipeline.Llm.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Generation;

/// <summary>
/// Runs one pass over some tokens of each of several sequences, and chooses the next token where a sequence is through.
/// </summary>
/// <param name="model">The base model.</param>
/// <param name="adapters">Adapters.</param>
/// <param name="pages">Keys and values.</param>
internal sealed class BatchRunner(CausalLanguageModel model, IAdapterHost adapters, KeyValuePages pages)
{
    /// <summary>Feeds the next <c>Count</c> pending tokens of each sequence.</summary>
    /// <returns>For each sequence its next token, or null when some of its prompt is still pending.</returns>
    public IReadOnlyList<GeneratedToken?> Run(IReadOnlyList<(SequenceState Sequence, int Count)> batch)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var columns = batch.Max(part => part.Count);
        var (ids, mask, last) = (new long[batch.Count * columns], new long[batch.Count * columns], new List<long>());
        for (var row = 0; row < batch.Count; row++)
        {
            var (sequence, count) = batch[row];
            for (var i = 0; i < count; i++)
            {
                ids[(row * columns) + i] = sequence.Tokens[sequence.Table.Length + i];
                mask[(row * columns) + i] = 1;
            }

            if (count == sequence.Pending && sequence.Pool is null)
            {
                last.Add(((long)row * columns) + count - 1);
            }
        }

        var through = batch.Where(part => part.Count == part.Sequence.Pending && part.Sequence.Pool is null)
            .Select(part => part.Sequence).ToList();
        var ragged = batch.Any(part => part.Count != columns);
        var input = new ModelInput
        {
            InputIds = tensor(ids).view(batch.Count, columns).to(model.Device),
            AttentionMask = ragged ? tensor(mask).view(batch.Count, columns) : null,
            Cache = new PagedRows(pages, [.. batch.Select(part => part.Sequence.Table)], model.Device),
        };
        var hidden = adapters.Hidden(model, input, [.. batch.Select(part => part.Sequence.Request.Adapter)]);
        for (var row = 0; row < batch.Count; row++)
        {
            AddStates(batch[row], hidden, row);
        }

        if (through.Count == 0)
        {
            return [.. batch.Select(_ => (GeneratedToken?)null)];
        }

        var states = hidden.reshape(-1, hidden.size(2)).index_select(0, tensor(last.ToArray(), device: model.Device));
        var logits = adapters.Logits(model, states, [.. through.Select(sequence => sequence.Request.Adapter)])
            .to(ScalarType.Float32).cpu();
        var tokens = new Queue<GeneratedToken>(Choose(through, logits));
        return [.. batch.Select(part => part.Sequence is { Pending: 0, Pool: null } ? tokens.Dequeue() : null)];
    }

    private static void AddStates((SequenceState Sequence, int Count) part, Tensor hidden, int row)
    {
        if (part.Sequence.Pool is { } sums)
        {
            using var values = hidden[row].narrow(0, 0, part.Count).to(ScalarType.Float64).sum(dim: 0).cpu()
                .data<double>();
            var added = values.ToArray();
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += added[i];
            }
        }
    }

    private static IEnumerable<GeneratedToken> Choose(List<SequenceState> sequences, Tensor logits)
    {
        var logProbs = logits.log_softmax(-1);
        using var entropies = (logProbs.exp() * logProbs).sum(-1).neg().data<float>();
        using var best = logits.argmax(-1).data<long>();
        var ids = best.ToArray();
        for (var row = 0; row < sequences.Count; row++)
        {
            if (sequences[row].Sampler is { } sampler)
            {
                ids[row] = sampler.Choose(logits[row].Values<float>());
            }
        }

        using var chosen = logProbs.gather(1, tensor(ids).unsqueeze(1)).data<float>();
        var (chosenValues, entropyValues) = (chosen.ToArray(), entropies.ToArray());
        for (var row = 0; row < sequences.Count; row++)
        {
            var top = sequences[row].Request.Sampling.TopLogProbs;
            yield return new GeneratedToken(
                (int)ids[row], chosenValues[row], entropyValues[row],
                top == 0 ? [] : Top(logProbs[row].Values<float>(), top));
        }
    }

    private static List<TokenLogProb> Top(float[] logProbs, int count)
    {
        var queue = new PriorityQueue<int, (float, int)>(count + 1);
        for (var id = 0; id < logProbs.Length; id++)
        {
            // The worst of those kept is in front; among equals the larger id goes first.
            queue.Enqueue(id, (logProbs[id], -id));
            if (queue.Count > count)
            {
                queue.Dequeue();
            }
        }

        var top = new List<TokenLogProb>();
        while (queue.TryDequeue(out var id, out _))
        {
            top.Add(new TokenLogProb(id, logProbs[id]));
        }

        top.Reverse();
        return top;
    }
}
