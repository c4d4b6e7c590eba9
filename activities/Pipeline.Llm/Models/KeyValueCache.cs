using Pipeline.Llm.Configuration;
using Pipeline.Llm.Generation;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Models;

/// <summary>Keys and values of earlier tokens. Rows may differ in length; padding is never stored.</summary>
public sealed class KeyValueCache : IKeyValueCache, IDisposable
{
    private readonly ModelConfig _config;
    private readonly ScalarType _type;
    private readonly Device _device;
    private readonly List<(Tensor Keys, Tensor Values)> _layers = [];
    private List<int> _lengths;
    private int _capacity;
    private Tensor? _slots;
    private Tensor? _sources;

    /// <summary>Makes an empty cache.</summary>
    /// <param name="config">Configuration of the model that will use it.</param>
    /// <param name="rows">Number of sequences.</param>
    /// <param name="capacity">Tokens a row has room for at first; it grows when needed.</param>
    /// <param name="type">Element type of the model.</param>
    /// <param name="device">Device of the model; null for the CPU.</param>
    public KeyValueCache(
        ModelConfig config, int rows, int capacity, ScalarType type = ScalarType.Float32, Device? device = null)
    {
        (_config, _type, _device, _capacity) = (config, type, device ?? CPU, Math.Max(1, capacity));
        _lengths = [.. new int[rows]];
        for (var layer = 0; layer < config.LayerCount; layer++)
        {
            _layers.Add((NewBuffer(rows, _capacity), NewBuffer(rows, _capacity)));
        }
    }

    /// <summary>Tokens stored for each row.</summary>
    public IReadOnlyList<int> Lengths => _lengths;

    /// <summary>Bytes of the buffers.</summary>
    public long Bytes => _layers.Sum(layer => 2 * layer.Keys.NumberOfElements * layer.Keys.ElementSize);

    /// <summary>Keeps the given rows in the given order; a row may be kept several times.</summary>
    /// <param name="rows">Zero-based rows of the cache as it is now.</param>
    public void Select(IReadOnlyList<int> rows)
    {
        using var mode = no_grad();
        using var index = tensor(rows.Select(row => (long)row).ToArray(), device: _device).DetachFromDisposeScope();
        Replace(buffer => buffer.index_select(0, index));
        _lengths = [.. rows.Select(row => _lengths[row])];
    }

    /// <summary>Forgets everything after the given lengths.</summary>
    /// <param name="lengths">New length of each row, at most the present one.</param>
    public void Truncate(IReadOnlyList<int> lengths)
    {
        if (lengths.Count != _lengths.Count
            || lengths.Where((length, row) => length < 0 || length > _lengths[row]).Any())
        {
            throw new ArgumentException(
                $"lengths [{string.Join(", ", lengths)}] do not fit [{string.Join(", ", _lengths)}]", nameof(lengths));
        }

        _lengths = [.. lengths];
    }

    /// <summary>Appends the rows of another cache of the same model.</summary>
    /// <param name="other">Rows to add; it is not changed.</param>
    public void Append(KeyValueCache other)
    {
        using var mode = no_grad();
        Grow(other._capacity);
        for (var i = 0; i < _layers.Count; i++)
        {
            using var scope = NewDisposeScope();
            var (keys, values) =
                (other.Padded(other._layers[i].Keys, _capacity), other.Padded(other._layers[i].Values, _capacity));
            var grown = (cat([_layers[i].Keys, keys], 0).DetachFromDisposeScope(),
                cat([_layers[i].Values, values], 0).DetachFromDisposeScope());
            Release(i);
            _layers[i] = grown;
        }

        _lengths = [.. _lengths, .. other._lengths];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var i = 0; i < _layers.Count; i++)
        {
            Release(i);
        }

        _layers.Clear();
        (_slots, _sources) = (null, null);
    }

    /// <inheritdoc/>
    public void Begin(IReadOnlyList<int> start, IReadOnlyList<int> real, int columns)
    {
        if (start.Count != _lengths.Count)
        {
            throw new ArgumentException(
                $"the cache holds {_lengths.Count} rows, the batch has {start.Count}", nameof(start));
        }

        var needed = _lengths.Select((length, row) => length + real[row]).Max();
        if (needed > _capacity)
        {
            Grow(Math.Max(needed, 2 * _capacity));
        }

        var slots = new List<long>();
        var sources = new List<long>();
        for (var row = 0; row < _lengths.Count; row++)
        {
            for (var i = 0; i < real[row]; i++)
            {
                slots.Add((long)row * _capacity + _lengths[row] + i);
                sources.Add((long)row * columns + start[row] + i);
            }

            _lengths[row] += real[row];
        }

        _slots = tensor(slots.ToArray(), device: _device);
        _sources = sources.Count == (long)_lengths.Count * columns ? null : tensor(sources.ToArray(), device: _device);
    }

    /// <inheritdoc/>
    public void Store(int layer, Tensor keys, Tensor values)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        Put(_layers[layer].Keys, keys);
        Put(_layers[layer].Values, values);
    }

    /// <inheritdoc/>
    public (Tensor Keys, Tensor Values) Read(int layer)
    {
        var longest = _lengths.Max();
        return (_layers[layer].Keys.narrow(1, 0, longest), _layers[layer].Values.narrow(1, 0, longest));
    }

    private void Put(Tensor buffer, Tensor fresh)
    {
        var flat = fresh.to(_device).reshape(-1, _config.KeyValueHeadCount, _config.HeadDimension);
        flat = _sources is null ? flat : flat.index_select(0, _sources);
        // Begin comes before Store, so the slots exist.
        buffer.view(-1, _config.KeyValueHeadCount, _config.HeadDimension).index_copy_(0, _slots!, flat);
    }

    private Tensor NewBuffer(int rows, int capacity) =>
        zeros([rows, capacity, _config.KeyValueHeadCount, _config.HeadDimension], _type, _device)
            .DetachFromDisposeScope();

    private Tensor Padded(Tensor buffer, int capacity) => buffer.size(1) == capacity
        ? buffer.alias()
        : cat([buffer,
            zeros([buffer.size(0), capacity - buffer.size(1), buffer.size(2), buffer.size(3)], _type, _device)], 1);

    private void Grow(int capacity)
    {
        if (capacity > _capacity)
        {
            Replace(buffer => Padded(buffer, capacity));
            _capacity = capacity;
        }
    }

    private void Replace(Func<Tensor, Tensor> change)
    {
        for (var i = 0; i < _layers.Count; i++)
        {
            using var scope = NewDisposeScope();
            var changed =
                (change(_layers[i].Keys).DetachFromDisposeScope(), change(_layers[i].Values).DetachFromDisposeScope());
            Release(i);
            _layers[i] = changed;
        }
    }

    private void Release(int layer)
    {
        _layers[layer].Keys.Dispose();
        _layers[layer].Values.Dispose();
    }
}
