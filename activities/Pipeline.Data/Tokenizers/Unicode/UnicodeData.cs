namespace Pipeline.Data.Tokenizers.Unicode;

/// <summary>
/// Decompositions, combining classes and character sets of the Unicode versions that tokenizer files were made with.
/// They are data of this project, not of the runtime: invariant globalization switches the runtime's own
/// normalization off, and a newer Unicode version would change token ids.
/// </summary>
internal sealed class UnicodeData
{
    private static readonly Lazy<UnicodeData> Loaded = new(() => new UnicodeData());

    private readonly Dictionary<int, int[]> _canonical = [];
    private readonly Dictionary<int, int[]> _compatible = [];
    private readonly Dictionary<long, int> _compositions = [];
    private readonly byte[] _classes = new byte[0x1F000];
    private readonly bool[] _maybe = new bool[0x30000];

    private UnicodeData()
    {
        Mark = NonSpacing = Punctuation = Format = new CodePointSet([]);
        using var stream = typeof(UnicodeData).Assembly.GetManifestResourceStream("normalization.txt")
            ?? throw new InvalidOperationException("the resource normalization.txt is missing from the assembly");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line) ReadLine(line);
        foreach (var (pair, _) in _compositions) _maybe[(int)(pair & 0x1FFFFF)] = true;
        var composed = _compositions.Values.ToHashSet();
        foreach (var (c, _) in _canonical)
        {
            if (!composed.Contains(c)) _maybe[c] = true;
        }

        for (var c = 0x1161; c <= 0x1175; c++) _maybe[c] = true;
        for (var c = 0x11A8; c <= 0x11C2; c++) _maybe[c] = true;
    }

    internal static UnicodeData Instance => Loaded.Value;

    /// <summary>General category M of Unicode 9.0.</summary>
    internal CodePointSet Mark { get; private set; }

    /// <summary>General category Mn of Unicode 8.0.</summary>
    internal CodePointSet NonSpacing { get; private set; }

    /// <summary>General category P of Unicode 8.0.</summary>
    internal CodePointSet Punctuation { get; private set; }

    /// <summary>General category Cf of Unicode 8.0.</summary>
    internal CodePointSet Format { get; private set; }

    internal int CombiningClass(int c) => c < _classes.Length ? _classes[c] : 0;

    /// <summary>Whether NFC may change a text with this character, alone or together with the one before it.</summary>
    internal bool MayChangeUnderNfc(int c) => c < _maybe.Length && (_maybe[c] || CombiningClass(c) != 0);

    internal int[]? Decomposition(int c, bool compatible) =>
        compatible && _compatible.TryGetValue(c, out var parts) ? parts
        : _canonical.TryGetValue(c, out parts) ? parts : null;

    internal int Compose(int first, int second) =>
        _compositions.TryGetValue(((long)first << 21) | (long)second, out var composed) ? composed : -1;

    private void ReadLine(string line)
    {
        var space = line.IndexOf(' ');
        var rest = line[(space + 1)..];
        switch (line[..space])
        {
            case "mark": Mark = CodePointSet.Parse(rest); break;
            case "nonspacing": NonSpacing = CodePointSet.Parse(rest); break;
            case "punctuation": Punctuation = CodePointSet.Parse(rest); break;
            case "format": Format = CodePointSet.Parse(rest); break;
            case "ccc": ReadClass(rest); break;
            case "d": ReadCanonical(rest.Split(';')); break;
            case "k":
                var compatible = rest.Split(';');
                _compatible[Convert.ToInt32(compatible[0], 16)] = Points(compatible[1]);
                break;
        }
    }

    private void ReadClass(string rest)
    {
        var space = rest.IndexOf(' ');
        var value = byte.Parse(rest[..space]);
        foreach (var (first, last) in CodePointSet.ParseRanges(rest[(space + 1)..]))
        {
            _classes.AsSpan(first, last - first + 1).Fill(value);
        }
    }

    private void ReadCanonical(string[] fields)
    {
        var c = Convert.ToInt32(fields[0], 16);
        _canonical[c] = Points(fields[1]);
        if (fields[2].Length == 0) return;
        var pair = Points(fields[2]);
        _compositions[((long)pair[0] << 21) | (long)pair[1]] = c;
    }

    private static int[] Points(string text) => [.. text.Split(' ').Select(part => Convert.ToInt32(part, 16))];
}
