using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Evaluation.Scoring;

/// <summary>
/// Continues a batch of prompts with the most probable tokens; rows that have stopped leave the batch.
/// </summary>
internal static class GreedyDecoder
{
    public static void Run(SharedPrefix prefix, int[] rows, IReadOnlyList<GenerateRequest> requests, int[][] prompts,
        IResultSink<int[]> sink)
    {
        using var outer = NewDisposeScope();
        var (hidden, cache) = prefix.Start([.. rows.Select(row => prompts[row])]);
        using var owned = cache;
        var width = hidden.size(1);
        long[] last = [.. rows.Select((row, i) => i * width + prompts[row].Length - prefix.Length - 1)];
        var states = hidden.reshape(-1, hidden.size(2)).index_select(0, tensor(last, device: hidden.device));
        var next = Best(prefix, states);
        var active = rows.Select(row => (Row: row, Ids: new List<int>())).ToList();
        while (true)
        {
            for (var i = 0; i < active.Count; i++) active[i].Ids.Add(next[i]);
            int[] going =
                [.. Enumerable.Range(0, active.Count).Where(i => !Ended(active[i].Ids, requests[active[i].Row]))];
            foreach (var (row, ids) in active.Where((_, i) => !going.Contains(i))) sink.Add(row, [.. ids]);
            if (going.Length == 0) return;
            if (going.Length < active.Count)
            {
                cache.Select(going);
                active = [.. going.Select(i => active[i])];
            }

            using var step = NewDisposeScope();
            next = Best(prefix, prefix.Forward([.. active.Select(item => new[] { item.Ids[^1] })], cache).squeeze(1));
        }
    }

    private static bool Ended(List<int> ids, GenerateRequest request) =>
        ids.Count >= request.MaxTokens || request.Stops(ids);

    private static int[] Best(SharedPrefix prefix, Tensor states)
    {
        using var scope = NewDisposeScope();
        var logits = prefix.Logits(states, [.. Enumerable.Repeat(1, (int)states.size(0))]);
        return [.. logits.argmax(-1).ToArray<long>().Select(id => (int)id)];
    }
}
