using System.Globalization;
using System.Text.Json;

namespace Pipeline.Llm.Checkpoints;

/// <summary>
/// Writes the weights of a model as one file, or as shards with an index when they are larger than one shard.
/// </summary>
/// <remarks>
/// Names and index are those of Hugging Face models: <c>model-00001-of-00003.safetensors</c>, <c>weight_map</c> and
/// <c>total_size</c>.
/// </remarks>
public static class ModelShards
{
    /// <summary>Bytes of a shard at which the common libraries split too.</summary>
    public const long UsualBytes = 5_000_000_000;

    private const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";
    private static readonly Dictionary<string, string> Metadata = new(StringComparer.Ordinal) { ["format"] = "pt" };
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes; weights of an earlier state in the directory are replaced.</summary>
    /// <param name="directory">An existing directory.</param>
    /// <param name="items">Tensors; their order decides which shard each is in. A tensor larger than a shard gets one
    /// of its own.</param>
    /// <param name="shardBytes">Largest size of a shard's tensors together.</param>
    /// <returns>Names of the weight files, in order.</returns>
    /// <exception cref="ArgumentException">There is no tensor, or no room in a shard.</exception>
    /// <remarks>The index is written last, so that a reader never follows it to a file that is not there.</remarks>
    public static IReadOnlyList<string> Write(
        string directory, IEnumerable<SafeTensorsItem> items, long shardBytes = UsualBytes)
    {
        if (shardBytes < 1)
        {
            throw new ArgumentException("a shard must have room for a byte", nameof(shardBytes));
        }

        var shards = Split(items, shardBytes);
        Clean(directory);
        if (shards.Count == 1)
        {
            SafeTensorsWriter.Write(Path.Combine(directory, Single), shards[0], Metadata);
            return [Single];
        }

        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var names = shards.Select((_, i) =>
            string.Create(CultureInfo.InvariantCulture, $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors")).ToList();
        for (var i = 0; i < shards.Count; i++)
        {
            SafeTensorsWriter.Write(Path.Combine(directory, names[i]), shards[i], Metadata);
            shards[i].ForEach(item => map.Add(item.Name, names[i]));
        }

        var index = new
        {
            metadata = new { total_size = shards.Sum(shard => shard.Sum(item => item.Bytes)) },
            weight_map = map
        };
        var path = Path.Combine(directory, Index);
        File.WriteAllText(path + ".tmp", JsonSerializer.Serialize(index, Indented) + "\n");
        File.Move(path + ".tmp", path, overwrite: true);
        return names;
    }

    private static List<List<SafeTensorsItem>> Split(IEnumerable<SafeTensorsItem> items, long shardBytes)
    {
        var shards = new List<List<SafeTensorsItem>>();
        var room = 0L;
        foreach (var item in items)
        {
            if (shards.Count == 0 || item.Bytes > room)
            {
                shards.Add([]);
                room = shardBytes;
            }

            shards[^1].Add(item);
            room -= item.Bytes;
        }

        return shards.Count > 0
            ? shards : throw new ArgumentException("a model has at least one tensor", nameof(items));
    }

    // Files of another split would be read in place of these, or beside them.
    private static void Clean(string directory)
    {
        foreach (var path in Directory.GetFiles(directory, "model-*-of-*.safetensors")
            .Append(Path.Combine(directory, Index)).Append(Path.Combine(directory, Single)))
        {
            File.Delete(path);
        }
    }
}
