using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Data.Labels;
using Pipeline.Data.Readers;

namespace Pipeline.Data.Building;

/// <summary>Everything that decides a built dataset, besides the content of its sources.</summary>
/// <param name="Name">Name of the dataset.</param>
/// <param name="Tokenizer">Model directory with tokenizer, special tokens and chat template.</param>
/// <param name="Sources">Parts of the mixture.</param>
public sealed record DatasetRecipe(string Name, string Tokenizer, IReadOnlyList<DatasetSource> Sources)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>File with a chat template in place of the model directory's.</summary>
    public string? Template { get; init; }

    /// <summary>What is learned and how long rows may be.</summary>
    public LabelOptions Labels { get; init; } = new();

    /// <summary>Share of rehearsal among all rows when there are replay sources.</summary>
    /// <value>Default: 0.07; 0.05 to 0.10 protects against forgetting.</value>
    public double ReplayShare { get; init; } = 0.07;

    /// <summary>Validation and test parts; null keeps every row for training.</summary>
    public DatasetSplit? Split { get; init; }

    /// <summary>Seed of samples and order.</summary>
    /// <value>Default: 1.</value>
    public long Seed { get; init; } = 1;

    /// <summary>Whether this adapts to a narrow domain (100–500 rows) and not to a task (1,000–5,000 rows).</summary>
    public bool Domain { get; init; }

    /// <summary>Rows a person reviews.</summary>
    /// <value>Default: 100.</value>
    public int ReviewRows { get; init; } = 100;

    /// <summary>Fewest rows that are worth training on; the batch of one step is a good choice.</summary>
    /// <value>Default: 1.</value>
    public int MinimumRows { get; init; } = 1;

    /// <summary>Tokens of a shard.</summary>
    /// <value>Default: 2 million.</value>
    public int ShardTokens { get; init; } = 2_000_000;

    /// <summary>Highest share of rows that truncation may rob of their terminator before the build fails.</summary>
    /// <value>Default: 0.05.</value>
    public double MaxMissingTerminators { get; init; } = 0.05;

    /// <summary>Highest share of rows of a source that may be refused.</summary>
    /// <value>Default: 0.01.</value>
    public double MaxRefused { get; init; } = 0.01;

    /// <summary>Share of each task source's rows to keep, best first by the scorer; null keeps all.</summary>
    public double? KeepBest { get; init; }

    /// <summary>Variables of the template, such as <c>enable_thinking</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> TemplateVariables { get; init; } =
        new Dictionary<string, JsonElement>(StringComparer.Ordinal);

    /// <summary>Clock that the template sees.</summary>
    /// <value>Default: 1 January 2026, so that a dataset does not depend on the day it is built.</value>
    public DateTimeOffset TemplateClock { get; init; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reads a recipe; relative paths start at its folder.</summary>
    /// <param name="path">A JSON file.</param>
    /// <returns>The recipe with absolute paths.</returns>
    /// <exception cref="DataInputException">The file is not a recipe; the message names the field
    /// (<c>E-RECIPE</c>).</exception>
    public static DatasetRecipe Load(string path)
    {
        try
        {
            var recipe = JsonSerializer.Deserialize<DatasetRecipe>(File.ReadAllBytes(path), Json)
                ?? throw new JsonException("the file is empty");
            if (recipe.Sources is not { Count: > 0 } || recipe.Tokenizer is null)
                throw new JsonException("'tokenizer' and at least one of 'sources' are needed");
            var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? string.Empty;
            string Absolute(string file) => Path.GetFullPath(Path.Combine(folder, file));
            return recipe with
            {
                Tokenizer = Absolute(recipe.Tokenizer),
                Template = recipe.Template is { } template ? Absolute(template) : null,
                Sources = [.. recipe.Sources.Select(s => s with { Files = [.. s.Files.Select(Absolute)] })],
                Split = recipe.Split is { } split
                    ? split with
                    {
                        ValidationIds = [.. split.ValidationIds.Select(Absolute)],
                        TestIds = [.. split.TestIds.Select(Absolute)],
                        Clusters = [.. split.Clusters.Select(Absolute)]
                    }
                    : null,
            };
        }
        catch (JsonException exception)
        {
            throw new DataInputException("E-RECIPE", $"{path} is not a dataset recipe: {exception.Message}");
        }
    }

    /// <summary>The recipe without paths, in one fixed spelling.</summary>
    internal string Canonical() => JsonSerializer.Serialize(this with
    {
        Tokenizer = string.Empty,
        Template = null,
        Sources = [.. Sources.Select(s => s with { Files = [] })],
        Split = Split is null ? null : Split with { ValidationIds = [], TestIds = [], Clusters = [] },
    }, Json);
}
