namespace Pipeline.Data.Tokenizers.Models;

/// <summary>A trie over bytes; children of a node are found in one open-addressed table.</summary>
internal sealed class ByteTrie
{
    private readonly List<int> _values = [-1];
    private ulong[] _edges = new ulong[64];
    private int _used;

    /// <summary>The node that a byte leads to, or -1. The root is 0.</summary>
    internal int Step(int node, byte value)
    {
        var key = ((ulong)(uint)node << 8) | value;
        for (var slot = Slot(key); ; slot = (slot + 1) & (_edges.Length - 1))
        {
            var edge = _edges[slot];
            if (edge == 0) return -1;
            if (edge >> 24 == key) return (int)(edge & 0xFFFFFF);
        }
    }

    /// <summary>The value at a node, or -1.</summary>
    internal int Value(int node) => _values[node];

    /// <summary>Adds a key; a key that is there already keeps its value unless it is to be replaced.</summary>
    internal void Add(ReadOnlySpan<byte> key, int value, bool replace = true)
    {
        var node = 0;
        foreach (var b in key)
        {
            var next = Step(node, b);
            if (next < 0)
            {
                next = _values.Count;
                if (next > 0xFFFFFF) throw new FormatException("the vocabulary needs more than 16 million trie nodes");
                _values.Add(-1);
                Insert(((ulong)(uint)node << 8) | b, next);
            }

            node = next;
        }

        if (replace || _values[node] < 0) _values[node] = value;
    }

    private void Insert(ulong key, int target)
    {
        if (++_used * 2 > _edges.Length)
        {
            var old = _edges;
            _edges = new ulong[old.Length * 2];
            foreach (var edge in old)
            {
                if (edge != 0) Place(edge);
            }
        }

        Place((key << 24) | (uint)target);
    }

    private void Place(ulong edge)
    {
        var slot = Slot(edge >> 24);
        while (_edges[slot] != 0) slot = (slot + 1) & (_edges.Length - 1);
        _edges[slot] = edge;
    }

    private int Slot(ulong key) => (int)((key * 0x9E3779B97F4A7C15) >> 40) & (_edges.Length - 1);
}
