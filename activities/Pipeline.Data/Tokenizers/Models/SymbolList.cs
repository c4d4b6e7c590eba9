namespace Pipeline.Data.Tokenizers.Models;

/// <summary>The symbols of a word while they are being merged.</summary>
internal sealed class SymbolList
{
    internal int Capacity { get; private set; }

    internal int Count { get; set; }

    /// <summary>Vocabulary ids.</summary>
    internal int[] Ids { get; private set; } = [];

    /// <summary>Length in bytes of the word that the symbol covers.</summary>
    internal int[] Lengths { get; private set; } = [];

    /// <summary>Rank of the merge of the symbol with the next one, or <see cref="MergeTable.None"/>.</summary>
    internal int[] Ranks { get; private set; } = [];

    internal void Reset(int capacity)
    {
        Count = 0;
        if (capacity <= Capacity) return;
        Capacity = Math.Max(256, Math.Max(capacity, Capacity * 2));
        Ids = new int[Capacity];
        Lengths = new int[Capacity];
        Ranks = new int[Capacity];
    }

    internal void Add(int id, int length)
    {
        Ids[Count] = id;
        Lengths[Count++] = length;
    }
}
