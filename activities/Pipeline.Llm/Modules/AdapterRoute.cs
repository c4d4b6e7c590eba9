using Pipeline.Llm.Generation;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Modules;

/// <summary>Decides which adapters act on which part of a batch.</summary>
internal sealed class AdapterRoute
{
    private static readonly IReadOnlyList<ModuleAdapter> None = [];
    private readonly long _dimension;
    private readonly IReadOnlyList<(string? Adapter, Tensor Rows)> _groups;
    private readonly Tensor? _order;
    private readonly string? _only;
    private readonly bool _all;

    private AdapterRoute(
        bool all, string? only, long dimension, IReadOnlyList<(string? Adapter, Tensor Rows)> groups, Tensor? order) =>
        (_all, _only, _dimension, _groups, _order) = (all, only, dimension, groups, order);

    /// <summary>Every enabled adapter acts on everything.</summary>
    public static AdapterRoute Everything { get; } = new(all: true, only: null, 0, [], order: null);

    /// <summary>No attached adapter acts.</summary>
    public static AdapterRoute Nothing { get; } = new(all: false, only: null, 0, [], order: null);

    /// <summary>Updates that lie outside the model and act as well, one for each row.</summary>
    private IRowAdapters? Outside { get; init; }

    /// <summary>This route, and updates that lie outside the model.</summary>
    public AdapterRoute With(IRowAdapters? rows) => rows is null ? this : new(_all, _only, _dimension, _groups, _order)
    {
        Outside = rows,
    };

    /// <summary>The same route for modules on another device.</summary>
    public AdapterRoute On(Device device) => _groups.Count == 0 ? this : new(
        _all, _only, _dimension, [.. _groups.Select(group => (group.Adapter, group.Rows.to(device)))],
        _order?.to(device))
    { Outside = Outside };

    /// <summary>Each entry names the adapter of a run of <paramref name="lengths"/> places along a dimension.</summary>
    public static AdapterRoute Of(
        IReadOnlyList<string?> names, IReadOnlyList<int> lengths, long dimension, Device device)
    {
        var distinct = names.Distinct(StringComparer.Ordinal).ToList();
        if (distinct.Count == 1)
        {
            return new(all: false, distinct[0], dimension, [], order: null);
        }

        var places = distinct.ConvertAll(_ => new List<long>());
        long at = 0;
        for (var i = 0; i < names.Count; i++)
        {
            var group = places[distinct.IndexOf(names[i])];
            for (var k = 0; k < lengths[i]; k++)
            {
                group.Add(at++);
            }
        }

        var inverse = new long[at];
        long next = 0;
        foreach (var place in places.SelectMany(group => group))
        {
            inverse[place] = next++;
        }

        return new(all: false, only: null, dimension,
            [.. distinct.Select((name, i) => (name, tensor(places[i].ToArray(), device: device)))],
            tensor(inverse, device: device));
    }

    /// <summary>Computes a module whose output may depend on the adapter in any way.</summary>
    public Tensor Run(ModuleSlot slot, Tensor x, Func<Tensor, IReadOnlyList<ModuleAdapter>, Tensor> apply)
    {
        if (slot.Adapters.Count == 0)
        {
            return apply(x, None);
        }

        if (_groups.Count == 0)
        {
            return apply(x, Active(slot, _only));
        }

        var acting = _groups.Select(group => Active(slot, group.Adapter)).ToList();
        if (acting.TrueForAll(adapters => adapters.Count == 0))
        {
            return apply(x, None);
        }

        var parts = _groups.Select((group, i) => apply(x.index_select(_dimension, group.Rows), acting[i])).ToList();
        // The order undoes the grouping; _groups is not empty, so it exists.
        return cat(parts, _dimension).index_select(_dimension, _order!);
    }

    /// <summary>Computes a linear module, sharing the base product between rows when adapters only add to it.</summary>
    public Tensor RunShared(
        ModuleSlot slot, Tensor x, Func<Tensor, IReadOnlyList<ModuleAdapter>, Tensor> apply,
        Func<Tensor, ModuleAdapter, Tensor> delta)
    {
        var result = RunAttached(slot, x, apply, delta);
        return Outside?.Add(slot.Name, x, result) ?? result;
    }

    private Tensor RunAttached(
        ModuleSlot slot, Tensor x, Func<Tensor, IReadOnlyList<ModuleAdapter>, Tensor> apply,
        Func<Tensor, ModuleAdapter, Tensor> delta)
    {
        if (_groups.Count == 0 || slot.Adapters.Count == 0 || !slot.Adapters.TrueForAll(adapter => adapter.IsPlain))
        {
            return Run(slot, x, apply);
        }

        var result = apply(x, None);
        foreach (var (name, rows) in _groups)
        {
            foreach (var adapter in Active(slot, name))
            {
                result = result.index_add(
                    _dimension, rows, delta(x.index_select(_dimension, rows), adapter).to(result.dtype), 1);
            }
        }

        return result;
    }

    private IReadOnlyList<ModuleAdapter> Active(ModuleSlot slot, string? name) => _all
        ? slot.Adapters.FindAll(adapter => adapter.Owner.Enabled)
        : name is null ? None : slot.Adapters.FindAll(adapter => adapter.Owner.Name == name);
}
