using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Generation;

/// <summary>The paged keys and values of the sequences of one pass.</summary>
/// <param name="pages">The pages.</param>
/// <param name="tables">Page table of each row; grows when a row needs another page.</param>
/// <param name="device">Device of the model.</param>
internal sealed class PagedRows(KeyValuePages pages, IReadOnlyList<PageTable> tables, Device device) : IKeyValueCache
{
    private Tensor? _slots;
    private Tensor? _sources;
    private Tensor? _table;

    public IReadOnlyList<int> Lengths => [.. tables.Select(table => table.Length)];

    public void Begin(IReadOnlyList<int> start, IReadOnlyList<int> real, int columns)
    {
        var (slots, sources) = (new List<long>(), new List<long>());
        for (var row = 0; row < tables.Count; row++)
        {
            var table = tables[row];
            for (var i = 0; i < real[row]; i++)
            {
                var place = table.Length + i;
                if (place / KeyValuePages.PageSize == table.Pages.Count)
                {
                    table.Pages.Add(pages.Take());
                }

                slots.Add(((long)table.Pages[place / KeyValuePages.PageSize] * KeyValuePages.PageSize)
                    + (place % KeyValuePages.PageSize));
                sources.Add(((long)row * columns) + start[row] + i);
            }

            table.Length += real[row];
        }

        _slots = tensor(slots.ToArray(), device: device);
        _sources = sources.Count == (long)tables.Count * columns ? null : tensor(sources.ToArray(), device: device);
        _table = tensor(Table(), device: device);
    }

    public void Store(int layer, Tensor keys, Tensor values)
    {
        using var scope = NewDisposeScope();
        // Begin comes before Store and Read, so the slots and the table exist.
        pages.Write(layer, _slots!, Rows(keys), Rows(values));
    }

    public (Tensor Keys, Tensor Values) Read(int layer)
    {
        var longest = tables.Max(table => table.Length);
        var (keys, values) = pages.Read(layer, _table!, tables.Count);
        return (keys.narrow(1, 0, longest), values.narrow(1, 0, longest));
    }

    private Tensor Rows(Tensor fresh)
    {
        var flat = fresh.to(device).reshape(-1, fresh.size(2), fresh.size(3));
        return _sources is null ? flat : flat.index_select(0, _sources);
    }

    private long[] Table()
    {
        var most = tables.Max(table => table.Pages.Count);
        var table = new long[tables.Count * most];
        for (var row = 0; row < tables.Count; row++)
        {
            for (var i = 0; i < tables[row].Pages.Count; i++)
            {
                table[(row * most) + i] = tables[row].Pages[i];
            }
        }

        return table;
    }
}
