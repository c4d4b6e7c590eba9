using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Data.Readers;
using Pipeline.Data.Stages;
using Pipeline.Data.Tokenizers;

namespace Pipeline.Data.Building;

/// <summary>Shuffles the chosen rows and writes shards, review, card and, last, the index.</summary>
internal sealed class DatasetWriter(
    DatasetRecipe recipe, string folder, PretrainedTokenizer pretrained, RowSpill spill, int[][] chosen)
{
    private readonly HuggingFaceTokenizer _tokenizer = pretrained.Tokenizer;
    private readonly List<DatasetShard> _shards = [];
    private readonly List<ReviewRow> _review = [];
    private readonly SortedDictionary<int, long> _lengths = [];
    private long _supervised;
    private int _longest;

    /// <summary>Writes the training set.</summary>
    public DatasetIndex Write(DatasetOrigin origin, List<string> advice, IReadOnlyDictionary<string, long> parts,
        CancellationToken cancellationToken)
    {
        var accounting = new RowAccounting();
        foreach (var source in origin.Sources) accounting.Add(source.Accounting);
        var replay = Replay();
        advice.AddRange(Advice(replay, chosen.Sum(c => c.Length)));
        return Write(origin, accounting.Check("dataset"), advice, parts, cancellationToken);
    }

    /// <summary>Writes a part that was taken out of the training set.</summary>
    public void WritePart(DatasetOrigin origin, CancellationToken cancellationToken)
    {
        var rows = chosen.Sum(c => c.Length);
        Write(origin, new RowAccounting { In = rows, Out = rows }, [],
            new Dictionary<string, long>(StringComparer.Ordinal), cancellationToken);
    }

    private DatasetIndex Write(DatasetOrigin origin, RowAccounting accounting, List<string> advice,
        IReadOnlyDictionary<string, long> parts, CancellationToken cancellationToken)
    {
        var sources = origin.Sources;
        int[] rows = [.. chosen.SelectMany(c => c)];
        var order = SeededOrder.Permutation(rows.Length, (ulong)recipe.Seed).Select(i => rows[i]).ToArray();
        WriteShards(
            order, SeededOrder.Sample(rows.Length, recipe.ReviewRows, (ulong)recipe.Seed + 1), cancellationToken);
        var index = new DatasetIndex
        {
            Name = recipe.Name,
            Version = origin.Version,
            TokenizerSha256 = origin.TokenizerSha256,
            TemplateSha256 = origin.TemplateSha256,
            VocabularySize = _tokenizer.IdLimit,
            PadTokenId = pretrained.SpecialTokenId("pad_token") ?? pretrained.SpecialTokenId("eos_token") ?? 0,
            Rows = rows.Length,
            Tokens = _shards.Sum(s => s.Tokens.Tokens),
            SupervisedTokens = _supervised,
            LongestRow = _longest,
            Lengths = _lengths.ToDictionary(l => l.Key.ToString(), l => l.Value),
            Accounting = accounting,
            Sources = [.. sources.Select((s, i) => Summary(s, i, origin.Digests[i]))],
            Replay = Replay(),
            Audit = Sum(sources),
            Parts = parts,
            Advice = advice,
            Shards = _shards,
            Files = [],
        };
        index = index with { Files = WriteFiles(index) };
        File.WriteAllBytes(Path.Combine(folder, DatasetIndex.FileName + ".partial"),
            JsonSerializer.SerializeToUtf8Bytes(index, DatasetIndex.Json));
        File.Move(Path.Combine(folder, DatasetIndex.FileName + ".partial"), Path.Combine(folder, DatasetIndex.FileName),
            overwrite: true);
        return index;
    }

    private void WriteShards(int[] order, int[] reviewed, CancellationToken cancellationToken)
    {
        var (batch, tokens, next) = (new List<SftRow>(), 0L, 0);
        for (var i = 0; i < order.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (row, text) = spill.Read(order[i]);
            if (next < reviewed.Length && reviewed[next] == i)
            {
                next++;
                _review.Add(ReviewRow.Of(_tokenizer, row, text, i));
            }

            Count(row);
            batch.Add(row);
            tokens += row.Ids.Length;
            if (tokens < recipe.ShardTokens && i + 1 < order.Length) continue;
            _shards.Add(Shard(batch));
            (batch, tokens) = ([], 0);
        }
    }

    private DatasetShard Shard(List<SftRow> rows)
    {
        var name = Path.Combine(folder, $"shard-{_shards.Count:00000}");
        var info = TokenShardWriter.Write(name + ".bin", [.. rows.Select(r => r.ToTokenRow())], _tokenizer.IdLimit);
        var ids = RowBlobs.Write(name + ".ids", [.. rows.Select(r => Encoding.UTF8.GetBytes(r.Id))]);
        static bool IsPlain(SftRow row) => row.Weights.All(w => w is 0 or 1);
        DatasetFile? weights = rows.TrueForAll(IsPlain)
            ? null : RowBlobs.Write(name + ".weights",
                [.. rows.Select(r => IsPlain(r) ? [] : MemoryMarshal.AsBytes(r.Weights.AsSpan()).ToArray())]);
        return new DatasetShard(info, ids, weights);
    }

    private void Count(SftRow row)
    {
        var upper = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, row.Ids.Length));
        _lengths[upper] = _lengths.GetValueOrDefault(upper) + 1;
        _supervised += row.Weights.Count(w => w > 0);
        _longest = Math.Max(_longest, row.Ids.Length);
    }

    private List<DatasetFile> WriteFiles(DatasetIndex index)
    {
        var lines = string.Concat(_review.Select(r => JsonSerializer.Serialize(r, ReviewRow.Json) + "\n"));
        return
        [
            WriteText("README.md", DatasetCard.Of(index)),
            WriteText("review.html", ReviewPage.Of(index, _review)),
            WriteText("review.jsonl", lines),
        ];
    }

    private DatasetFile WriteText(string name, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        File.WriteAllBytes(Path.Combine(folder, name), bytes);
        return new DatasetFile(name, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    private SourceSummary Summary(SourceLabelling source, int index, IReadOnlyList<string> digests)
    {
        var about = recipe.Sources[index];
        return new SourceSummary(about.Name, about.Replay, about.Licence, digests, source.Accounting.In,
            chosen[index].Length, Tokens(index), source.Formats);
    }

    private long Tokens(int source) => chosen[source].Sum(row => (long)spill.Tokens(row));

    private ReplayShare Replay()
    {
        var replay = Enumerable.Range(0, chosen.Length).Where(i => recipe.Sources[i].Replay).ToList();
        return new ReplayShare(replay.Sum(i => chosen[i].LongLength), replay.Sum(Tokens), chosen.Sum(c => c.LongLength),
            Enumerable.Range(0, chosen.Length).Sum(Tokens));
    }

    private IEnumerable<string> Advice(ReplayShare replay, int rows)
    {
        if (replay.Warning() is { } warning) yield return warning;
        if (SizeAdvisory.Of(rows - replay.Rows, recipe.Domain) is { } size) yield return size;
        if (recipe.Sources.Any(s => s.Licence is null))
            yield return $"no licence is named for "
                + $"{string.Join(", ", recipe.Sources.Where(s => s.Licence is null).Select(s => s.Name))}.";
    }

    private static LabelAudit Sum(IReadOnlyList<SourceLabelling> sources) => sources.Select(s => s.Audit)
        .Aggregate((a, b) => new LabelAudit(
        a.Proven + b.Proven, a.WithTerminator + b.WithTerminator, a.CutTerminators + b.CutTerminators, a.ControlTexts
            + b.ControlTexts, a.Realigned + b.Realigned, a.Truncated + b.Truncated, a.CutTokens + b.CutTokens));
}
