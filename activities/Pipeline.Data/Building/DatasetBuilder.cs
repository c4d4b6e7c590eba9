using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Data.ChatTemplates;
using Pipeline.Data.Labels;
using Pipeline.Data.Readers;
using Pipeline.Data.Stages;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Data.Building;

/// <summary>
/// Builds a dataset of proven rows: reads the sources, renders, tokenizes and labels every row, mixes, shuffles and
/// writes shards, index, card and a sample to review. Equal inputs give equal bytes; a build that finds its version in
/// place does nothing.
/// </summary>
public sealed class DatasetBuilder
{
    /// <summary>Version of this code; a part of every dataset's version.</summary>
    public const string CodeVersion = "sft/1";

    /// <summary>Ranks rows for <see cref="DatasetRecipe.KeepBest"/>; null takes <see cref="LexicalScorer"/>.</summary>
    public IRowScorer? Scorer { get; init; }

    /// <summary>Limits of the readers.</summary>
    public ReaderOptions Reader { get; init; } = new();

    /// <summary>Receives progress in rows and bytes.</summary>
    public IProgress<StageProgress>? Progress { get; init; }

    internal string Code { get; init; } = CodeVersion;

    /// <summary>Builds a dataset.</summary>
    /// <param name="recipe">What to build.</param>
    /// <param name="folder">Folder to write; what an earlier build of another version left there is replaced.</param>
    /// <param name="cancellationToken">Stops the build; nothing is committed then.</param>
    /// <returns>The index that was written or found.</returns>
    /// <exception cref="DataInputException">
    /// The sources cannot be used (<c>E-ING</c>, <c>E-FMT</c>), labels could not be proven (<c>E-LABEL</c>, with row
    /// ids, all of them in
    /// <c>label-failures.jsonl</c>), or nothing useful is left (<c>E-DATA</c>).
    /// </exception>
    public DatasetIndex Build(DatasetRecipe recipe, string folder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var pretrained = PretrainedTokenizer.Load(recipe.Tokenizer);
        var scorer = Scorer ?? (recipe.KeepBest is null ? null : new LexicalScorer());
        var template = Template(recipe, pretrained);
        var digests = recipe.Sources.Select(s => s.Files.Select(Digest).ToList()).ToList();
        var tokenizerDigest = TokenizerDigest(recipe.Tokenizer);
        var version = new DatasetVersion(
            [.. digests.SelectMany(d => d), .. (recipe.Split?.Files ?? []).Select(Digest)],
            recipe.Canonical() + scorer?.Name, tokenizerDigest, template?.Sha256 ?? string.Empty, Code).Id();
        if (Cached(folder, version) is { } found) return found with { WasCached = true };
        Prepare(folder);
        using var spill = new RowSpill(folder);
        var quarantine = new QuarantineLog(maxRows: 100_000, recipe.MaxRefused);
        var splitter = recipe.Split is null ? null : new RowSplitter(recipe.Split, recipe.Seed);
        var labelled =
            Label(recipe, pretrained, template, scorer, spill, splitter, quarantine, folder, cancellationToken);
        var held = splitter?.Divide(labelled) ?? [];
        var advice = new List<string>();
        var chosen = Mixture.Choose(recipe, labelled, spill, advice);
        DatasetChecks.EnsureUseful(recipe, labelled, chosen);
        var origin = new DatasetOrigin(version, tokenizerDigest, template?.Sha256 ?? string.Empty, labelled, digests);
        var parts = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var part = 0; part < held.Length; part++)
        {
            var (name, rows) = (DatasetSplit.Parts[part], held[part].Sum(source => source.LongLength));
            if (rows == 0) continue;
            parts[name] = rows;
            Directory.CreateDirectory(Path.Combine(folder, name));
            new DatasetWriter(recipe with { Name = $"{recipe.Name} ({name})" }, Path.Combine(folder, name), pretrained,
                spill, held[part]).WritePart(origin, cancellationToken);
        }

        var index = new DatasetWriter(recipe, folder, pretrained, spill, chosen)
            .Write(origin, advice, parts, cancellationToken);
        quarantine.WriteTo(Path.Combine(folder, "quarantine.jsonl"));
        return index;
    }

    private static ChatTemplate? Template(DatasetRecipe recipe, PretrainedTokenizer pretrained)
    {
        if (recipe.Template is { } file) return ChatTemplate.Parse(File.ReadAllText(file), Path.GetFileName(file));
        return pretrained.ChatTemplates.TryGetValue("default", out var source) ? ChatTemplate.Parse(source) : null;
    }

    private static DatasetIndex? Cached(string folder, string version)
    {
        if (!File.Exists(Path.Combine(folder, DatasetIndex.FileName))) return null;
        var index = DatasetIndex.Read(folder);
        if (index.Version != version) return null;
        using var dataset = SftDataset.Open(folder);
        return index;
    }

    /// <summary>Removes an earlier dataset; its index goes first, so that a reader never sees half of it.</summary>
    private static void Prepare(string folder)
    {
        Directory.CreateDirectory(folder);
        File.Delete(Path.Combine(folder, DatasetIndex.FileName));
        foreach (var pattern in (string[])["shard-*", "label-failures.jsonl", "quarantine.jsonl", ".rows.*.tmp"])
        {
            foreach (var file in Directory.GetFiles(folder, pattern)) File.Delete(file);
        }

        foreach (var part in DatasetSplit.Parts)
        {
            if (File.Exists(Path.Combine(folder, part, DatasetIndex.FileName)))
                Directory.Delete(Path.Combine(folder, part), recursive: true);
        }
    }

    private List<SourceLabelling> Label(
        DatasetRecipe recipe, PretrainedTokenizer pretrained, ChatTemplate? template, IRowScorer? scorer,
        RowSpill spill, RowSplitter? splitter, QuarantineLog quarantine, string folder,
        CancellationToken cancellationToken)
    {
        var labeller = new RowLabeller(pretrained, template, recipe.Labels)
        {
            Now = recipe.TemplateClock,
            Variables = recipe.TemplateVariables,
        };
        var (all, bytes) = (new List<SourceLabelling>(), 0L);
        var total = recipe.Sources.Sum(s => s.Files.Sum(f => new FileInfo(f).Length));
        foreach (var source in recipe.Sources)
        {
            var labelling =
                new SourceLabelling(source, labeller, scorer, quarantine, splitter, recipe.Split?.StratifyBy);
            labelling.Run(
                spill, Reader,
                read => Progress?.Report(new StageProgress("dataset", "label", spill.Count, bytes += read, total)),
                cancellationToken);
            all.Add(labelling);
        }

        DatasetChecks.EnsureProven(recipe, all, folder);
        quarantine.EnsureWithinBudget();
        return all;
    }

    private static string Digest(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"E-ING-MISSING  there is no file '{path}'", path);
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static string TokenizerDigest(string directory)
    {
        string[] names = Directory.Exists(directory)
            ? ["tokenizer.json", "tokenizer.model", "vocab.json", "merges.txt", "tokenizer_config.json",
                "special_tokens_map.json"] : [];
        var digests = names.Where(name => File.Exists(Path.Combine(directory, name)))
            .ToDictionary(name => name, name => Digest(Path.Combine(directory, name)));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(digests))));
    }
}
