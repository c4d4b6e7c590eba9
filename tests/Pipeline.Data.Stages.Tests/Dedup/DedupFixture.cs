using System.Text;
using System.Text.Json;
using Pipeline.Data.Dedup;

namespace Pipeline.Data.Tests.Dedup;

/// <summary>The documents of the golden set, their shingles computed once a kind.</summary>
internal static class DedupFixture
{
    private static readonly Lazy<string[]> LazyTexts =
        new(() => [.. File.ReadLines(Fixtures.Require("dedup/documents.jsonl"))
        .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!)]);

    private static readonly Lazy<ulong[][]> LazyWordShingles = new(() => Shingles(ShingleKind.Word, ShingleHash.Sha1));

    public static string[] Texts => LazyTexts.Value;

    public static ulong[][] WordShingles => LazyWordShingles.Value;

    public static JsonElement Json(string file) =>
        JsonDocument.Parse(File.ReadAllBytes(Fixtures.Require("dedup/" + file))).RootElement;

    public static ulong[][] Shingles(ShingleKind kind, ShingleHash hash)
    {
        var (text, shingler) = (new WordText(), new Shingler(kind, 5, hash));
        return [.. Texts.Select(value =>
        {
            text.Load(Encoding.UTF8.GetBytes(value));
            return shingler.Hash(text).ToArray();
        })];
    }

    public static List<(int I, int J)> AllPairs(ulong[][] sets, Func<int, int, int, int, bool> take)
    {
        var postings = new Dictionary<ulong, List<int>>();
        var pairs = new List<(int, int)>();
        for (var j = 0; j < sets.Length; j++)
        {
            var common = new SortedDictionary<int, int>();
            foreach (var shingle in sets[j])
            {
                if (!postings.TryGetValue(shingle, out var list))
                {
                    postings[shingle] = list = [];
                }

                foreach (var i in list)
                {
                    common[i] = common.GetValueOrDefault(i) + 1;
                }

                list.Add(j);
            }

            pairs.AddRange(
                common.Where(pair => take(pair.Key, j, pair.Value, sets[pair.Key].Length + sets[j].Length - pair.Value))
                    .Select(pair => (pair.Key, j)));
        }

        return pairs;
    }
}
