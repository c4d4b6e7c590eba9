using System.Text.Json;

namespace Pipeline.Data.Tests.Stages;

/// <summary>Random rows of several objects in two files, and where each row comes from.</summary>
internal sealed class ObjectCorpus
{
    public const string Item = "which of the seven old bridges over the river was built by the monks of the abbey";
    private static readonly string[] Words =
        [.. "stone river bridge abbey monk garden winter field mill road wall town boat bread light cloud".Split(' ')];
    private static readonly string[] Keys = ["a.jsonl", "deep/b.csv", "c:d.txt", "ü.jsonl", "e \"quoted\".jsonl"];
    private readonly Random _random;
    private readonly bool _sound;
    private readonly List<string> _texts = [];
    private readonly List<(string Line, string Home)>[] _files = [[], []];

    /// <param name="seed">Seed.</param>
    /// <param name="sound">Whether every row can be read and has an id.</param>
    public ObjectCorpus(int seed, bool sound)
    {
        (_random, _sound) = (new Random(seed), sound);
        for (var row = 0; row < 160; row++)
        {
            Add(row);
        }
    }

    public SortedDictionary<string, long> In { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, long> Broken { get; } = new(StringComparer.Ordinal);

    /// <summary>Objects of rows by what the lists of stages call the row.</summary>
    public Dictionary<string, string> HomeOf { get; } = new(StringComparer.Ordinal);

    /// <summary>Writes the files; with another order of rows the rows without an id have another name.</summary>
    public string[] Write(string folder, int? shuffle = null)
    {
        Directory.CreateDirectory(folder);
        var random = new Random(shuffle ?? 0);
        return [.. _files.Select((rows, file) =>
        {
            var path = Path.Combine(folder, $"file{file}.jsonl");
            File.WriteAllLines(
                path, rows.Select(row => row.Line).OrderBy(_ => shuffle is null ? 0 : random.Next()));
            return path;
        })];
    }

    private void Add(int row)
    {
        var file = _random.Next(2);
        var (key, text) = (Keys[_random.Next(Keys.Length)], Text());
        var (id, home) = (_sound ? 5 : _random.Next(6)) switch
        {
            0 => (null, $"file{file}.jsonl"),
            1 => ($"plain-{row}", $"file{file}.jsonl"),
            2 => ($"own:{row}", $"file{file}.jsonl"),
            _ => ($"{key}:{row}", key),
        };
        object fields = id is null ? new { text, home }
            : id.StartsWith("own", StringComparison.Ordinal)
                ? new { text, home, _id = id } : new { _id = id, text, home };
        var line = JsonSerializer.Serialize(fields);
        In[home] = In.GetValueOrDefault(home) + 1;
        HomeOf[id ?? $"file{file}.jsonl:{_files[file].Count + 1}"] = home;
        if (!_sound && line.StartsWith("{\"_id", StringComparison.Ordinal) && _random.Next(6) == 0)
        {
            line = line[..^3];
            Broken[home] = Broken.GetValueOrDefault(home) + 1;
        }

        _files[file].Add((line, home));
    }

    private string Text()
    {
        var words = Enumerable.Range(0, 30).Select(_ => Words[_random.Next(Words.Length)]).ToArray();
        var text = _random.Next(8) switch
        {
            0 or 1 when _texts.Count > 0 => _texts[_random.Next(_texts.Count)],
            2 when _texts.Count > 0 => _texts[_random.Next(_texts.Count)] + " again",
            3 => $"{string.Join(' ', words)} {Item}",
            4 => $"{string.Join(' ', words)} mail ann{_random.Next(9)}@example.org  ",
            5 => "short",
            _ => string.Join(' ', words),
        };
        _texts.Add(text);
        return text;
    }
}
