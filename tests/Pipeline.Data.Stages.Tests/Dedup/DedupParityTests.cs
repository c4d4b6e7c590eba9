using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Data.Dedup;

namespace Pipeline.Data.Tests.Dedup;

public sealed class DedupParityTests
{
    [Fact]
    public void Load_EveryDocument_MatchesNormalisedDigestWordsAndSimHash()
    {
        var (text, cases) = (new WordText(), 0);
        var (words, characters) = (new Shingler(ShingleKind.Word, 5, ShingleHash.Fast),
            new Shingler(ShingleKind.Character, 5, ShingleHash.Fast));
        foreach (var line in File.ReadLines(Fixtures.Require("dedup/documents.jsonl")))
        {
            var document = JsonDocument.Parse(line).RootElement;
            text.Load(Encoding.UTF8.GetBytes(document.GetProperty("text").GetString()!));
            var name = "document " + document.GetProperty("id").GetInt32();
            Convert.ToHexStringLower(SHA256.HashData(text.Normal.Span))
                .ShouldBe(document.GetProperty("normalized_sha256").GetString(), name);
            text.Count.ShouldBe(document.GetProperty("words").GetInt32(), name);
            words.Hash(text).Length.ShouldBe(document.GetProperty("word_shingles").GetInt32(), name);
            characters.Hash(text).Length.ShouldBe(document.GetProperty("char_shingles").GetInt32(), name);
            SimHash.Of(text).ToString("x16").ShouldBe(document.GetProperty("simhash64").GetString(), name);
            cases++;
        }

        Fixtures.Compared("dedup/documents", cases);
    }

    [Theory]
    [InlineData(ShingleKind.Word, "pairs_word5.json")]
    [InlineData(ShingleKind.Character, "pairs_char5.json")]
    public void Jaccard_AllPairs_MatchesIntersectionAndUnion(ShingleKind kind, string file)
    {
        var sets = DedupFixture.Shingles(kind, ShingleHash.Fast);
        var expected = DedupFixture.Json(file).GetProperty("pairs").EnumerateArray().ToDictionary(
            pair => (pair[0].GetInt32(), pair[1].GetInt32()), pair => (pair[2].GetInt32(), pair[3].GetInt32()));
        foreach (var ((i, j), counts) in expected)
        {
            Jaccard.Of(sets[i], sets[j]).ShouldBe(counts);
        }

        DedupFixture.AllPairs(sets, (_, _, common, union) => 2 * common >= union)
            .ShouldBe(expected.Keys, ignoreOrder: true);
        Fixtures.Compared("dedup/" + file, expected.Count);
    }

    [Fact]
    public void Sign_EveryScheme_MatchesSignatures()
    {
        var (root, cases) = (DedupFixture.Json("minhash.json"), 0);
        foreach (var scheme in root.GetProperty("schemes").EnumerateObject())
        {
            ulong[] Numbers(string name) =>
                [.. scheme.Value.GetProperty(name).EnumerateArray().Select(value => ulong.Parse(value.GetString()!))];
            var kind = Enum.Parse<MinHashScheme>(scheme.Name, ignoreCase: true);
            var hasher = new MinHasher(kind, Numbers("a"), Numbers("b"));
            foreach (var entry in scheme.Value.GetProperty("signatures").EnumerateObject())
            {
                var shingles = DedupFixture.WordShingles[int.Parse(entry.Name)];
                var expected = entry.Value.EnumerateArray().Select(value => ulong.Parse(value.ToString())).ToArray();
                var signature = new ulong[128];
                if (kind == MinHashScheme.Affine64)
                {
                    hasher.Sign64(shingles, signature);
                }
                else
                {
                    var narrow = new uint[128];
                    hasher.Sign(shingles, narrow);
                    signature = Array.ConvertAll(narrow, value => (ulong)value);
                }

                signature.ShouldBe(expected, $"{scheme.Name} {entry.Name}");
                cases++;
            }
        }

        Fixtures.Compared("dedup/minhash", cases);
    }

    [Fact]
    public void EstimatedJaccard_Pairs_MatchesToTheLastDigit()
    {
        var root = DedupFixture.Json("minhash.json");
        var signatures = root.GetProperty("schemes").GetProperty("affine32").GetProperty("signatures");
        var pairs = root.GetProperty("estimated_jaccard").EnumerateArray().ToList();
        foreach (var pair in pairs)
        {
            uint[] Of(int index) =>
                [.. signatures.GetProperty(pair[index].GetInt32().ToString()).EnumerateArray()
                    .Select(value => value.GetUInt32())];
            var equal = Of(0).Zip(Of(1)).Count(values => values.First == values.Second);
            (equal / 128.0).ShouldBe(pair[2].GetDouble(), 1e-12);
        }

        Fixtures.Compared("dedup/estimated_jaccard", pairs.Count);
    }

    [Fact]
    public void Candidates_EveryBanding_MatchesPairs()
    {
        var (schemes, cases) = (DedupFixture.Json("minhash.json").GetProperty("schemes"), 0);
        foreach (var run in DedupFixture.Json("lsh.json").GetProperty("runs").EnumerateObject())
        {
            var parts = run.Name.Split('_');
            ulong[] Numbers(string name) =>
                [.. schemes.GetProperty(parts[0]).GetProperty(name).EnumerateArray()
                    .Select(value => ulong.Parse(value.GetString()!))];
            var hasher =
                new MinHasher(Enum.Parse<MinHashScheme>(parts[0], ignoreCase: true), Numbers("a"), Numbers("b"));
            var bands = new LshBands(int.Parse(parts[1][1..]), int.Parse(parts[2][1..]));
            var buckets = new Dictionary<(int, ulong), List<int>>();
            var (signature, keys, found) = (new uint[128], new ulong[bands.Bands], new HashSet<(int, int)>());
            for (var i = 0; i < DedupFixture.WordShingles.Length; i++)
            {
                if (DedupFixture.WordShingles[i].Length == 0)
                {
                    continue;
                }

                hasher.Sign(DedupFixture.WordShingles[i], signature);
                bands.Keys(signature, 0, keys);
                for (var band = 0; band < keys.Length; band++)
                {
                    var bucket = buckets.TryGetValue((band, keys[band]), out var list)
                        ? list : buckets[(band, keys[band])] = [];
                    found.UnionWith(bucket.Select(other => (other, i)));
                    bucket.Add(i);
                }
            }

            found.ShouldBe(
                run.Value.GetProperty("candidates").EnumerateArray()
                    .Select(pair => (pair[0].GetInt32(), pair[1].GetInt32())), ignoreOrder: true);
            cases += found.Count;
        }

        Fixtures.Compared("dedup/lsh", cases);
    }

    [Fact]
    public void LshBands_CurvesThresholdsAndChoice_Match()
    {
        var (root, cases) = (DedupFixture.Json("lsh.json"), 0);
        foreach (var curve in root.GetProperty("s_curve").EnumerateObject())
        {
            var parts = curve.Name.Split('_');
            var bands = new LshBands(int.Parse(parts[0][1..]), int.Parse(parts[1][1..]));
            bands.ApproximateThreshold.ShouldBe(
                root.GetProperty("approximate_threshold").GetProperty(curve.Name).GetDouble(), 1e-12);
            foreach (var point in curve.Value.EnumerateArray())
            {
                bands.Probability(point[0].GetDouble()).ShouldBe(point[1].GetDouble(), 1e-12);
                cases++;
            }
        }

        foreach (var choice in root.GetProperty("datasketch_optimal_b_r").EnumerateObject())
        {
            var parts = choice.Name.Split('_');
            LshBands.ForThreshold(double.Parse(parts[1]), int.Parse(parts[3]))
                .ShouldBe(new LshBands(choice.Value[0].GetInt32(), choice.Value[1].GetInt32()), choice.Name);
            cases++;
        }

        foreach (var threshold in new[] { 0.3, 0.5, 0.6, 0.7, 0.79 })
        {
            LshBands.Finding(threshold).Probability(threshold).ShouldBeGreaterThanOrEqualTo(0.95);
            LshBands.Finding(threshold).Permutations.ShouldBeLessThanOrEqualTo(LshBands.Loose.Permutations);
        }

        LshBands.Finding(0.8).ShouldBe(LshBands.Loose);
        Fixtures.Compared("dedup/curves", cases);
    }

    [Fact]
    public void SimHash_AllPairsWithinSix_Match()
    {
        var (text, hashes) = (new WordText(), new List<ulong>());
        foreach (var value in DedupFixture.Texts)
        {
            text.Load(Encoding.UTF8.GetBytes(value));
            hashes.Add(SimHash.Of(text));
        }

        var found = new List<(int, int, int)>();
        for (var i = 0; i < hashes.Count; i++)
        {
            for (var j = i + 1; j < hashes.Count; j++)
            {
                if (SimHash.Distance(hashes[i], hashes[j]) is <= 6 and var distance
                    && DedupFixture.WordShingles[i].Length > 0 && DedupFixture.WordShingles[j].Length > 0)
                {
                    found.Add((i, j, distance));
                }
            }
        }

        var expected = DedupFixture.Json("simhash_pairs.json").GetProperty("pairs").EnumerateArray()
            .Select(pair => (pair[0].GetInt32(), pair[1].GetInt32(), pair[2].GetInt32())).ToList();
        found.ShouldBe(expected);
        Fixtures.Compared("dedup/simhash", expected.Count);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(100)]
    public async Task RepeatedPassages_Windows_MatchSpans(int window)
    {
        var root = DedupFixture.Json("repeated_passages.json");
        var passages = new RepeatedPassages(window);
        foreach (var document in root.GetProperty("documents").EnumerateArray())
        {
            passages.Add(document.GetString()!.Split(' '));
        }

        var expected = root.GetProperty("windows").GetProperty(window.ToString());
        foreach (var (name, afterFirst) in new[] { ("repeated_spans", false), ("spans_after_first_occurrence", true) })
        {
            var found = passages.Find(afterFirst);
            found.Select(spans => string.Join(";", spans)).ShouldBe(expected.GetProperty(name).EnumerateArray()
                .Select(spans =>
                    string.Join(";", spans.EnumerateArray().Select(span => (span[0].GetInt32(), span[1].GetInt32())))));
        }

        // The stage sorts on disk what the class keeps in memory.
        using var folder = new TempDirectory();
        File.WriteAllLines(folder.Combine("in.jsonl"), root.GetProperty("documents").EnumerateArray()
            .Select((text, id) => JsonSerializer.Serialize(new { id, text = text.GetString() })));
        var options = new RepeatOptions { Words = window, MemoryBudgetBytes = 4096 };
        var summary = await new RepeatStage(options).RunAsync([folder.Combine("in.jsonl")], folder.Combine("out"));
        File.ReadLines(folder.Combine("out", "repeats.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Select(row => $"{row.GetProperty("id")} {row.GetProperty("start")} {row.GetProperty("words")}")
            .ShouldBe(expected.GetProperty("spans_after_first_occurrence").EnumerateArray().SelectMany((spans, id) =>
                spans.EnumerateArray().Select(span => $"{id} {span[0]} {span[1].GetInt32() - span[0].GetInt32()}")));
        summary.Rows.Check("repeats").Out.ShouldBe(root.GetProperty("documents").GetArrayLength());
        Fixtures.Compared("dedup/repeated_passages", expected.GetProperty("repeated_spans").GetArrayLength());
    }
}
