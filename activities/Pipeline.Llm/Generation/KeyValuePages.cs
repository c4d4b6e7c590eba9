using Pipeline.Llm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Generation;

/// <summary>
/// Memory for keys and values in pages of equal size, handed out and taken back in any order. One thread uses it.
/// </summary>
/// <remarks>
/// Page 0 is never handed out and stays zero: tables are filled up with it. <b>Source:</b> arXiv 2309.06180.
/// </remarks>
internal sealed class KeyValuePages : IDisposable
{
    /// <summary>Tokens of a page.</summary>
    public const int PageSize = 16;

    private readonly CausalLanguageModel _model;
    private readonly long _maxPages;
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;
    private readonly Stack<int> _free = new();
    private readonly List<int> _users = [1];

    public KeyValuePages(CausalLanguageModel model, long maxTokens)
    {
        (_model, _maxPages) = (model, Math.Max(2, 1 + (maxTokens / PageSize)));
        var layers = model.Config.LayerCount;
        (_keys, _values) = (new Tensor[layers], new Tensor[layers]);
        var first = (int)Math.Min(_maxPages, 64);
        for (var layer = 0; layer < layers; layer++)
        {
            (_keys[layer], _values[layer]) = (NewPages(first), NewPages(first));
        }

        AddFree(1, first);
    }

    /// <summary>Pages that can still be handed out.</summary>
    public long Available => _free.Count + _maxPages - _users.Count;

    /// <summary>Pages in use.</summary>
    public int InUse => _users.Count - 1 - _free.Count;

    /// <summary>Bytes of all pages.</summary>
    public long Bytes => _keys.Concat(_values).Sum(pages => pages.NumberOfElements * pages.ElementSize);

    /// <summary>Hands out a page of zeros with one user.</summary>
    public int Take()
    {
        if (_free.Count == 0)
        {
            Grow();
        }

        var page = _free.Pop();
        _users[page] = 1;
        return page;
    }

    /// <summary>Adds a user to a page.</summary>
    public void Share(int page) => _users[page]++;

    /// <summary>Takes a user away; the last one frees the page.</summary>
    public void Release(IEnumerable<int> pages)
    {
        var freed = pages.Where(page => --_users[page] == 0).ToList();
        if (freed.Count == 0)
        {
            return;
        }

        // Zeroed, so that a number that is not finite never reaches the next owner through a masked place (0 · NaN).
        using var scope = NewDisposeScope();
        using var index = tensor(freed.Select(page => (long)page).ToArray(), device: _model.Device);
        foreach (var pool in _keys.Concat(_values))
        {
            pool.index_fill_(0, index, 0);
        }

        freed.ForEach(_free.Push);
    }

    /// <summary>Writes tokens [n, kv, hd] to slots (page · size + offset).</summary>
    public void Write(int layer, Tensor slots, Tensor keys, Tensor values)
    {
        Flat(_keys[layer]).index_copy_(0, slots, keys);
        Flat(_values[layer]).index_copy_(0, slots, values);
    }

    /// <summary>Reads the pages of a table [b · n] as [b, n · size, kv, hd].</summary>
    public (Tensor Keys, Tensor Values) Read(int layer, Tensor table, int rows) =>
        (Gather(_keys[layer], table, rows), Gather(_values[layer], table, rows));

    public void Dispose()
    {
        foreach (var pool in _keys.Concat(_values))
        {
            pool.Dispose();
        }
    }

    private static Tensor Flat(Tensor pool) => pool.view(-1, pool.size(2), pool.size(3));

    private static Tensor Gather(Tensor pool, Tensor table, int rows) =>
        pool.index_select(0, table).view(rows, -1, pool.size(2), pool.size(3));

    private Tensor NewPages(int count) => zeros(
        [count, PageSize, _model.Config.KeyValueHeadCount, _model.Config.HeadDimension], _model.DType, _model.Device)
        .DetachFromDisposeScope();

    private void Grow()
    {
        var (old, wanted) = (_users.Count, (int)Math.Min(_maxPages, _users.Count * 2L));
        if (wanted == old)
        {
            throw new GenerationException($"all {old - 1} pages of the key and value cache are in use");
        }

        foreach (var pools in (Tensor[][])[_keys, _values])
        {
            for (var layer = 0; layer < pools.Length; layer++)
            {
                using var scope = NewDisposeScope();
                var grown = cat([pools[layer], NewPages(wanted - old)], 0).DetachFromDisposeScope();
                pools[layer].Dispose();
                pools[layer] = grown;
            }
        }

        AddFree(old, wanted);
    }

    private void AddFree(int from, int to)
    {
        for (var page = from; page < to; page++)
        {
            _users.Add(0);
        }

        for (var page = to - 1; page >= from; page--)
        {
            _free.Push(page);
        }
    }
}
