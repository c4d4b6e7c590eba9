using System.Text;

namespace Pipeline.Data.Stages;

/// <summary>Counts what becomes of each row of a stage, in total and by the object that the row came from.</summary>
/// <remarks>
/// A row without the key of an object counts for the file where it stands. Of more than <see cref="MostObjects"/>
/// objects those with the least names are told apart, whatever the order of the rows.
/// </remarks>
internal sealed class RowLedger
{
    public const int MostObjects = 10_000;

    private readonly byte[][] _files;
    private readonly int _most;
    private readonly Dictionary<string, RowAccounting> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RowAccounting>.AlternateLookup<ReadOnlySpan<char>> _byName;
    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);
    private readonly ByteBuffer _key = new(256);
    private char[] _name = new char[256];
    private RowAccounting? _others;
    private RowAccounting _current = new();

    /// <param name="inputs">Files of the stage.</param>
    /// <param name="rows">Receives the counts; null makes new ones.</param>
    /// <param name="most">Most objects that are told apart.</param>
    public RowLedger(IReadOnlyList<string> inputs, RowAccounting? rows = null, int most = MostObjects)
    {
        Rows = rows ?? new RowAccounting();
        _files = [.. inputs.Select(path => Encoding.UTF8.GetBytes(Path.GetFileName(path)))];
        (_most, _byName) = (most, _objects.GetAlternateLookup<ReadOnlySpan<char>>());
    }

    public RowAccounting Rows { get; }

    /// <summary>Counts a row that was read; what follows is about it.</summary>
    public void Take(RowLine row)
    {
        Select(row);
        CountIn();
    }

    /// <summary>Counts a row of an input that has no origin but the file, by the file's index.</summary>
    public void Take(int file)
    {
        Select(_files[file]);
        CountIn();
    }

    /// <summary>What follows is about a row that was counted before.</summary>
    public void Select(RowLine row)
    {
        var key = RowOrigin.KeyOf(row.Utf8.Span);
        Select(key.IsEmpty ? _files[row.File] : key);
    }

    public void Keep()
    {
        Rows.Out++;
        _current.Out++;
    }

    public void Remove(string rule)
    {
        Rows.Remove(rule);
        _current.Remove(rule);
    }

    public void SetAside()
    {
        Rows.Quarantined++;
        _current.Quarantined++;
    }

    /// <summary>Proves that no row of any object was lost or counted twice.</summary>
    /// <param name="stage">Stage, for the message.</param>
    /// <returns>The counts, with those of the objects.</returns>
    /// <exception cref="RowAccountingException">The rows of an object do not add up.</exception>
    public RowAccounting Close(string stage)
    {
        Rows.Objects = new SortedDictionary<string, RowAccounting>(_objects, StringComparer.Ordinal);
        Rows.OtherObjects = _others;
        return Rows.Check(stage);
    }

    private void CountIn()
    {
        Rows.In++;
        _current.In++;
    }

    private void Select(ReadOnlySpan<byte> key)
    {
        if (!key.SequenceEqual(_key.Span))
        {
            _current = Find(key);
            _key.Clear();
            _key.Add(key);
        }
    }

    private RowAccounting Find(ReadOnlySpan<byte> key)
    {
        if (_name.Length < key.Length)
        {
            _name = new char[2 * key.Length];
        }

        var name = _name.AsSpan(0, Encoding.UTF8.GetChars(key, _name));
        if (_byName.TryGetValue(name, out var known))
        {
            return known;
        }

        if (_objects.Count == _most)
        {
            _others ??= new RowAccounting();
            var last = _names.Max!; // there are as many as are allowed
            if (name.SequenceCompareTo(last) > 0)
            {
                return _others;
            }

            // Its rows to come go to the others as well: the last name only ever gets less.
            _others.Add(_objects[last]);
            _objects.Remove(last);
            _names.Remove(last);
        }

        var added = name.ToString();
        _names.Add(added);
        return _objects[added] = new RowAccounting();
    }
}
