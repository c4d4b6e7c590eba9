using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Data.Readers;
using Pipeline.Data.Sanitization;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Dedup;

/// <summary>Computes what dedup needs of one row: exact key, shingles, band keys. One instance a thread.</summary>
internal sealed class DocumentSigner(DedupOptions options, MinHasher hasher) : IDisposable
{
    private const int MostNames = 20;
    // One for all rows: a hash made anew for each costs as much as hashing the row.
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly WordText _text = new();
    private readonly Shingler _shingler =
        new(options.Shingles, options.ShingleSize, options.Hash, FastHash.Finish(options.Seed));
    private readonly uint[] _signature = new uint[hasher.Permutations];

    public RowParser Parser { get; } = new(options.Fields, options.ScoreField);

    /// <summary>SHA-256 of the normalised text; valid after <see cref="Load"/>.</summary>
    public byte[] Digest { get; } = new byte[32];

    public ulong ExactKey => BinaryPrimitives.ReadUInt64BigEndian(Digest);

    /// <summary>Parses a row, normalises its text and computes its digest.</summary>
    /// <returns>Null, or why the row cannot be used.</returns>
    public string? Load(ReadOnlySpan<byte> json)
    {
        var problem = LoadText(json);
        if (problem is null)
        {
            _hash.AppendData(_text.Normal.Span);
            _hash.GetHashAndReset(Digest);
        }

        return problem;
    }

    /// <summary>As <see cref="Load"/>, without the digest.</summary>
    public string? LoadText(ReadOnlySpan<byte> json)
    {
        if (Parser.Parse(json) is { } problem)
        {
            return problem;
        }

        if (!Parser.HasText)
        {
            return Missing(json);
        }

        _text.Normalize(Parser.Text.Span);
        return null;
    }

    /// <summary>Which fields were sought and which the row has; names only, no values.</summary>
    private string Missing(ReadOnlySpan<byte> json)
    {
        var names = new List<string>();
        var reader = new Utf8JsonReader(json);
        while (names.Count < MostNames && reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
            {
                names.Add(Shown(reader.GetString() ?? ""));
            }
        }

        return $"none of the text fields {string.Join(", ", options.Fields.Names)} is a string; the row has "
            + $"{(names.Count == 0 ? "no field" : string.Join(", ", names))}: name the text fields (--field)";
    }

    private static string Shown(string name)
    {
        var found = new List<PiiSpan>();
        new PiiFinder(new PiiOptions()).Find(Encoding.UTF8.GetBytes(name), found);
        return found.Count == 0 ? name.Truncated() : "(a name with personal data)";
    }

    public ReadOnlySpan<ulong> Shingles()
    {
        _text.Split();
        return _shingler.Hash(_text);
    }

    public void Dispose() => _hash.Dispose();

    /// <summary>Number of code points; continuation bytes do not count.</summary>
    public int CountCodePoints()
    {
        var count = 0;
        foreach (var value in Parser.Text.Span)
        {
            count += (value & 0xC0) != 0x80 ? 1 : 0;
        }

        return count;
    }

    /// <summary>Fills the band keys; false when the text has no shingle and so no near-duplicate.</summary>
    public bool BandKeys(Span<ulong> keys)
    {
        // A minimum does not care how often or in what order it is asked.
        _text.Split();
        var shingles = _shingler.HashAll(_text);
        if (shingles.IsEmpty)
        {
            return false;
        }

        hasher.Sign(shingles, _signature);
        options.Bands.Keys(_signature, options.Seed, keys);
        return true;
    }
}
