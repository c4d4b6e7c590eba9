using System.Text;

namespace Pipeline.Data.Tokenizers.Models;

/// <summary>Collects merges in order of rank and checks that every token they name is there.</summary>
internal sealed class MergeTableBuilder(Vocabulary vocabulary, byte[] prefix)
{
    private readonly List<int> _left = [];
    private readonly List<int> _right = [];
    private readonly List<int> _results = [];
    private byte[] _joined = new byte[256];

    internal int Count => _results.Count;

    /// <summary>Adds a merge written with one space between its parts.</summary>
    internal void AddLine(ReadOnlySpan<byte> line)
    {
        var space = line.IndexOf((byte)' ');
        if (space < 0 || line[(space + 1)..].Contains((byte)' '))
        {
            throw new FormatException(
                $"'{Encoding.UTF8.GetString(line)}' is not two tokens with one space between them");
        }

        Add(line[..space], line[(space + 1)..]);
    }

    internal void Add(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (Count >= MergeTable.MaxMerges)
            throw new FormatException($"more than {MergeTable.MaxMerges} merges are refused");
        var leftId = Find(left);
        var rightId = Find(right);
        if (right.Length < prefix.Length)
            throw new FormatException(
                $"'{Encoding.UTF8.GetString(right)}' is shorter than the prefix of continuing tokens");
        var rest = right[prefix.Length..];
        if (_joined.Length < left.Length + rest.Length) _joined = new byte[(left.Length + rest.Length) * 2];
        left.CopyTo(_joined);
        rest.CopyTo(_joined.AsSpan(left.Length));
        _results.Add(Find(_joined.AsSpan(0, left.Length + rest.Length)));
        _left.Add(leftId);
        _right.Add(rightId);
    }

    internal MergeTable Build() => new([.. _left], [.. _right], [.. _results]);

    private int Find(ReadOnlySpan<byte> text)
    {
        var id = vocabulary.Find(text);
        return id >= 0
            ? id : throw new FormatException($"the token '{Encoding.UTF8.GetString(text)}' is not in the vocabulary");
    }
}
