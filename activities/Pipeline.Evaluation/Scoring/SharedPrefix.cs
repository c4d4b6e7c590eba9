using Pipeline.Llm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Evaluation.Scoring;

/// <summary>Keys and values of tokens that many rows begin with; computed once and rewound between batches.</summary>
internal sealed class SharedPrefix : IDisposable
{
    private readonly CausalLanguageModel _model;
    private readonly string? _adapter;
    private readonly int[] _tokens;
    private readonly Action _count;
    private KeyValueCache? _cache;

    public SharedPrefix(CausalLanguageModel model, int[] tokens, string? adapter, Action count) =>
        (_model, _tokens, _adapter, _count) = (model, tokens, adapter, count);

    public int Length => _tokens.Length;

    /// <summary>States [b, s, d] of the tokens after the prefix; rows are padded on the right.</summary>
    public Tensor Run(int[][] inputs)
    {
        int[][] rest = [.. inputs.Select(ids => ids[_tokens.Length..])];
        return Forward(rest, Rewind(rest.Length));
    }

    /// <summary>As <see cref="Run"/>, with a cache that goes on after the batch; the caller disposes of it.</summary>
    public (Tensor Hidden, KeyValueCache Cache) Start(int[][] inputs)
    {
        int[][] rest = [.. inputs.Select(ids => ids[_tokens.Length..])];
        var cache = Rewind(rest.Length) ?? NewCache(rest.Length, rest.Max(ids => ids.Length));
        _cache = null;
        return (Forward(rest, cache), cache);
    }

    /// <summary>One more step for rows in a cache [b, 1, d].</summary>
    public Tensor Forward(int[][] rows, KeyValueCache? cache)
    {
        var width = rows.Max(ids => ids.Length);
        var ids = new long[rows.Length * width];
        var mask = new long[rows.Length * width];
        for (var i = 0; i < rows.Length; i++)
        {
            for (var j = 0; j < rows[i].Length; j++) (ids[i * width + j], mask[i * width + j]) = (rows[i][j], 1);
        }

        _count();
        return _model.Hidden(new ModelInput
        {
            InputIds = tensor(ids).view(rows.Length, width),
            AttentionMask = Array.TrueForAll(rows, row => row.Length == width)
                ? null : tensor(mask).view(rows.Length, width),
            Cache = cache,
            AdapterPerRow = _adapter is null ? null : [.. rows.Select(_ => _adapter)],
        });
    }

    /// <summary>Logits [n, v] of states [n, d]; <paramref name="counts"/> says how many belong to each row.</summary>
    public Tensor Logits(Tensor states, IReadOnlyList<int> counts) =>
        _adapter is null ? _model.Logits(states)
            : _model.Logits(states, [.. counts.SelectMany(count => Enumerable.Repeat(_adapter, count))]);

    public void Dispose() => _cache?.Dispose();

    private KeyValueCache NewCache(int rows, int capacity) =>
        new(_model.Config, rows, capacity, _model.DType, _model.Device);

    /// <summary>The cache with the prefix in each of so many rows; null without a prefix.</summary>
    private KeyValueCache? Rewind(int rows)
    {
        if (_tokens.Length == 0) return null;
        if (_cache is null)
        {
            _cache = NewCache(1, _tokens.Length + 128);
            using var scope = NewDisposeScope();
            Forward([_tokens], _cache);
        }

        _cache.Truncate([.. _cache.Lengths.Select(_ => _tokens.Length)]);
        if (_cache.Lengths.Count != rows) _cache.Select([.. new int[rows]]);
        return _cache;
    }
}
