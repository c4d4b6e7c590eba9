namespace Pipeline.Llm.Checkpoints;

/// <summary>The weights of a model directory: one safetensors file, or shards named by an index.</summary>
public sealed class WeightFiles : IDisposable
{
    private const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";
    private readonly Dictionary<string, SafeTensorsFile> _byTensor = new(StringComparer.Ordinal);
    private readonly List<SafeTensorsFile> _files = [];

    private WeightFiles(string directory) => Directory = directory;

    /// <summary>The model directory.</summary>
    public string Directory { get; }

    /// <summary>The open files.</summary>
    public IReadOnlyList<SafeTensorsFile> Files => _files;

    /// <summary>All tensor names.</summary>
    public IReadOnlyCollection<string> Names => _byTensor.Keys;

    /// <summary>Bytes of all tensors.</summary>
    public long TotalBytes => _files.Sum(file => file.Header.Entries.Sum(entry => entry.Bytes));

    /// <summary>Opens the weights of a directory and checks the index against every shard.</summary>
    /// <param name="directory">A model directory in Hugging Face layout.</param>
    /// <returns>The open weights.</returns>
    /// <exception cref="FileNotFoundException">There are no weights in an accepted format.</exception>
    /// <exception cref="InvalidDataException">A file or the index is damaged or inconsistent.</exception>
    public static WeightFiles Open(string directory)
    {
        var weights = new WeightFiles(directory);
        try
        {
            var single = Path.Combine(directory, Single);
            var index = Path.Combine(directory, Index);
            if (File.Exists(single))
            {
                weights.Add(SafeTensorsFile.Open(single));
            }
            else if (File.Exists(index))
            {
                weights.AddShards(index);
            }
            else
            {
                throw Missing(directory);
            }

            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Whether a tensor exists.</summary>
    /// <param name="name">Tensor name.</param>
    /// <returns>True when one of the files has it.</returns>
    public bool Contains(string name) => _byTensor.ContainsKey(name);

    /// <summary>The file that holds a tensor.</summary>
    /// <param name="name">Tensor name.</param>
    /// <returns>An open file.</returns>
    /// <exception cref="InvalidDataException">No file has it.</exception>
    public SafeTensorsFile FileOf(string name) => _byTensor.TryGetValue(name, out var file)
        ? file
        : throw new InvalidDataException($"{Directory}: tensor '{name}' is missing from the weights");

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    private static FileNotFoundException Missing(string directory)
    {
        var pickles = System.IO.Directory.Exists(directory)
            ? System.IO.Directory.EnumerateFiles(directory).Select(Path.GetFileName)
                .Where(name => Path.GetExtension(name) is ".bin" or ".pt" or ".pth" or ".ckpt" or ".pkl").Order()
                .ToList()
            : [];
        return new FileNotFoundException(pickles.Count > 0
            ? $"{directory} has weights only as {string.Join(", ", pickles)}: pickle can run code; convert to "
                + $"safetensors elsewhere"
            : $"{directory} has neither {Single} nor {Index}");
    }

    private void Add(SafeTensorsFile file)
    {
        _files.Add(file);
        foreach (var entry in file.Header.Entries)
        {
            if (!_byTensor.TryAdd(entry.Name, file))
            {
                throw new InvalidDataException(
                    $"tensor '{entry.Name}' is in {_byTensor[entry.Name].Path} and again in {file.Path}");
            }
        }
    }

    private void AddShards(string index)
    {
        var map = ShardIndex.Read(index);
        foreach (var name in map.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var path = Path.Combine(Directory, name);
            if (!File.Exists(path))
            {
                throw new FileNotFoundException($"{index} names {name}, which is not in {Directory}");
            }

            Add(SafeTensorsFile.Open(path));
        }

        var wrong = map.Where(pair => !_byTensor.TryGetValue(pair.Key, out var file)
            || Path.GetFileName(file.Path) != pair.Value)
            .Select(pair => $"{pair.Key} → {pair.Value}").Take(5).ToList();
        var unlisted = _byTensor.Keys.Where(name => !map.ContainsKey(name)).Take(5).ToList();
        if (wrong.Count > 0 || unlisted.Count > 0)
        {
            throw new InvalidDataException(
                $"{index} does not fit its shards: not where it says [{string.Join(", ", wrong)}], not listed "
                    + $"[{string.Join(", ", unlisted)}]");
        }
    }
}
