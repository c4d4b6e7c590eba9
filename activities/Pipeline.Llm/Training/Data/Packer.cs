namespace Pipeline.Llm.Training.Data;

/// <summary>Fills packs with whole rows.</summary>
internal static class Packer
{
    /// <summary>Best fit decreasing; equal lengths keep their given order.</summary>
    public static List<int[]> Pack(IReadOnlyList<int> order, ITrainingData data, int room)
    {
        var packs = new List<List<int>>();
        // Packs by the room that is left; the fullest that still fits is taken.
        var open = new SortedDictionary<int, Stack<int>>();
        foreach (var row in order.OrderByDescending(data.Tokens))
        {
            var tokens = data.Tokens(row);
            if (tokens > room)
            {
                throw new InvalidDataException(
                    $"row '{data.Read(row).Id}' has {tokens} tokens, a pack holds {room}: shorten the row when the "
                        + $"dataset is built, or raise the pack size");
            }

            var (index, left) = Take(open, tokens) ?? New(packs, room);
            packs[index].Add(row);
            if (left > tokens)
            {
                Put(open, left - tokens, index);
            }
        }

        return packs.ConvertAll(pack => pack.ToArray());
    }

    private static (int Index, int Left)? Take(SortedDictionary<int, Stack<int>> open, int tokens)
    {
        foreach (var (left, indexes) in open)
        {
            if (left >= tokens)
            {
                var index = indexes.Pop();
                if (indexes.Count == 0)
                {
                    open.Remove(left);
                }

                return (index, left);
            }
        }

        return null;
    }

    private static (int Index, int Left) New(List<List<int>> packs, int room)
    {
        packs.Add([]);
        return (packs.Count - 1, room);
    }

    private static void Put(SortedDictionary<int, Stack<int>> open, int left, int index)
    {
        if (!open.TryGetValue(left, out var indexes))
        {
            open.Add(left, indexes = new());
        }

        indexes.Push(index);
    }
}
