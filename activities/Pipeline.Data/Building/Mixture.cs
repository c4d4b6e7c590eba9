namespace Pipeline.Data.Building;

/// <summary>Decides which rows of which source go into the dataset.</summary>
internal static class Mixture
{
    /// <summary>Chooses rows; rows that are not taken are counted as removed by the mixture.</summary>
    /// <param name="recipe">Weights, limits and the share of rehearsal.</param>
    /// <param name="sources">Rows of each source, in the recipe's order.</param>
    /// <param name="spill">Scores of the rows.</param>
    /// <param name="advice">Receives a sentence where a wish could not be met.</param>
    /// <returns>Chosen places in the spill for each source, ascending.</returns>
    public static int[][] Choose(
        DatasetRecipe recipe, IReadOnlyList<SourceLabelling> sources, RowSpill spill, List<string> advice)
    {
        var chosen = new int[sources.Count][];
        var sizes = new long[sources.Count];
        for (var i = 0; i < sources.Count; i++)
        {
            var source = recipe.Sources[i];
            chosen[i] = Ranked(recipe, source, sources[i].Kept, spill, i);
            sizes[i] = chosen[i].Length;
        }

        Weigh(recipe, sizes);
        Replay(recipe, sizes, advice);
        for (var i = 0; i < sources.Count; i++)
        {
            chosen[i] = [.. chosen[i].Take((int)sizes[i]).Order()];
            var accounting = sources[i].Accounting;
            accounting.Out = chosen[i].Length;
            if (sources[i].Kept.Count > chosen[i].Length)
                accounting.Removed["mixture"] = sources[i].Kept.Count - chosen[i].Length;
        }

        return chosen;
    }

    /// <summary>Rows in the order in which they are taken: best first with a scorer, else shuffled.</summary>
    private static int[] Ranked(DatasetRecipe recipe, DatasetSource source, List<int> kept, RowSpill spill, int index)
    {
        var order = SeededOrder.Permutation(kept.Count, (ulong)recipe.Seed + (ulong)index).Select(i => kept[i])
            .ToArray();
        if (recipe.KeepBest is { } best && !source.Replay)
            order = [.. order.OrderByDescending(spill.Score).Take((int)Math.Ceiling(best * order.Length))];
        return source.Rows is { } limit && limit < order.Length ? order[..limit] : order;
    }

    /// <summary>The largest sizes that keep the shares of weighted sources.</summary>
    private static void Weigh(DatasetRecipe recipe, long[] sizes)
    {
        var weighted = Enumerable.Range(0, sizes.Length).Where(i => recipe.Sources[i] is { Weight: > 0, Replay: false })
            .ToList();
        if (weighted.Count == 0) return;
        var sum = weighted.Sum(i => recipe.Sources[i].Weight!.Value); // filtered above
        var total = weighted.Min(i => sizes[i] * sum / recipe.Sources[i].Weight!.Value);
        foreach (var i in weighted)
            sizes[i] = Math.Min(sizes[i], (long)Math.Round(total * recipe.Sources[i].Weight!.Value / sum));
    }

    private static void Replay(DatasetRecipe recipe, long[] sizes, List<string> advice)
    {
        var replay = Enumerable.Range(0, sizes.Length).Where(i => recipe.Sources[i].Replay).ToList();
        if (replay.Count == 0) return;
        var task = sizes.Sum() - replay.Sum(i => sizes[i]);
        var wanted = ReplayShare.RowsFor(task, recipe.ReplayShare);
        var available = replay.Sum(i => sizes[i]);
        if (wanted > available)
            advice.Add(
                $"{recipe.ReplayShare:P0} rehearsal would take {wanted} rows, the sources have {available}; all of "
                    + $"them are used.");
        if (wanted >= available) return;
        var left = wanted;
        for (var n = 0; n < replay.Count; n++)
        {
            var share = n == replay.Count - 1
                ? left : Math.Min(left, (long)Math.Round((double)wanted * sizes[replay[n]] / available));
            sizes[replay[n]] = Math.Min(sizes[replay[n]], share);
            left -= sizes[replay[n]];
        }
    }
}
