using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Building;

/// <summary>A file of a dataset.</summary>
/// <param name="File">Name inside the folder.</param>
/// <param name="Bytes">Length.</param>
/// <param name="Sha256">Digest, lower-case hex.</param>
public sealed record DatasetFile(string File, long Bytes, string Sha256);

/// <summary>A shard with the names and weights of its rows.</summary>
/// <param name="Tokens">Ids and loss bits.</param>
/// <param name="Ids">Names of the rows.</param>
/// <param name="Weights">Weights other than 0 and 1; null when there are none.</param>
public sealed record DatasetShard(ShardInfo Tokens, DatasetFile Ids, DatasetFile? Weights);

/// <summary>What became of one source.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Replay">Whether it is rehearsal.</param>
/// <param name="Licence">Its licence, when given.</param>
/// <param name="Sha256">Digests of its files, in order.</param>
/// <param name="Read">Rows read.</param>
/// <param name="Rows">Rows in the dataset.</param>
/// <param name="Tokens">Tokens in the dataset.</param>
/// <param name="Formats">Rows by detected format.</param>
public sealed record SourceSummary(
    string Name, bool Replay, string? Licence, IReadOnlyList<string> Sha256, long Read, long Rows, long Tokens,
    IReadOnlyDictionary<string, long> Formats);

/// <summary><c>index.json</c> of a dataset: the commit point; a reader trusts only what it names.</summary>
public sealed record DatasetIndex
{
    internal const string FileName = "index.json";

    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Name of the dataset.</summary>
    public required string Name { get; init; }

    /// <summary>Content-addressed version: digest of sources, recipe, tokenizer, template and code.</summary>
    public required string Version { get; init; }

    /// <summary>Digest of the tokenizer's files.</summary>
    public required string TokenizerSha256 { get; init; }

    /// <summary>Digest of the chat template; empty without one.</summary>
    public required string TemplateSha256 { get; init; }

    /// <summary>One more than the highest token id; the model's embedding needs as many rows.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Token of padding; its label is -100 by place, also where it is the end-of-text token.</summary>
    public required int PadTokenId { get; init; }

    /// <summary>Rows.</summary>
    public required long Rows { get; init; }

    /// <summary>Tokens of all rows.</summary>
    public required long Tokens { get; init; }

    /// <summary>Learned tokens of all rows; training counts the same number in each epoch.</summary>
    public required long SupervisedTokens { get; init; }

    /// <summary>Longest row in tokens.</summary>
    public required int LongestRow { get; init; }

    /// <summary>Rows by length: the upper bound of each class in tokens and the rows in it.</summary>
    public required IReadOnlyDictionary<string, long> Lengths { get; init; }

    /// <summary>Where rows went: <c>in = out + removed + quarantined</c>.</summary>
    public required Stages.RowAccounting Accounting { get; init; }

    /// <summary>What became of each source.</summary>
    public required IReadOnlyList<SourceSummary> Sources { get; init; }

    /// <summary>Rehearsal, measured on what was built.</summary>
    public required ReplayShare Replay { get; init; }

    /// <summary>What the labels were checked for.</summary>
    public required LabelAudit Audit { get; init; }

    /// <summary>
    /// Rows of the other parts by folder name, such as <c>validation</c>; each is a dataset of its own.
    /// </summary>
    public IReadOnlyDictionary<string, long> Parts { get; init; } =
        new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Advice and warnings; none of them blocks.</summary>
    public required IReadOnlyList<string> Advice { get; init; }

    /// <summary>Shards in order.</summary>
    public required IReadOnlyList<DatasetShard> Shards { get; init; }

    /// <summary>Other files: card, review.</summary>
    public required IReadOnlyList<DatasetFile> Files { get; init; }

    /// <summary>Whether this build found the same version in place and did nothing.</summary>
    [JsonIgnore]
    public bool WasCached { get; init; }

    /// <summary>Reads the index of a dataset.</summary>
    /// <param name="folder">Folder of the dataset.</param>
    /// <returns>The index.</returns>
    /// <exception cref="DataInputException">There is no complete dataset (<c>E-DATASET</c>).</exception>
    public static DatasetIndex Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            throw new DataInputException(
                "E-DATASET", $"{folder} holds no dataset: {FileName} is missing; build it again");
        try
        {
            return JsonSerializer.Deserialize<DatasetIndex>(File.ReadAllBytes(path), Json)
                ?? throw new JsonException("the file is empty");
        }
        catch (JsonException exception)
        {
            throw new DataInputException("E-DATASET", $"{path} is not an index: {exception.Message}");
        }
    }
}
