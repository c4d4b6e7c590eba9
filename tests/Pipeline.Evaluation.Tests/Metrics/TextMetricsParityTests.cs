using System.Text;
using System.Text.Json;
using Pipeline.Evaluation.Metrics;
using Pipeline.Evaluation.Text;

namespace Pipeline.Evaluation.Tests.Metrics;

/// <summary>S1-29, S2-26: text metrics equal the packages that the field publishes with.</summary>
public sealed class TextMetricsParityTests
{
    private static List<JsonElement> Pairs => FixtureJson.Lines("metrics/text_pairs.jsonl");

    private static readonly Dictionary<string, TextTokenization> Tokenizations = new()
    {
        ["13a"] = TextTokenization.Mteval13A,
        ["intl"] = TextTokenization.International,
        ["char"] = TextTokenization.Characters,
        ["none"] = TextTokenization.None,
    };

    private static readonly Dictionary<string, BleuSmoothing> Smoothings = new()
    {
        ["exp"] = BleuSmoothing.Exponential,
        ["floor"] = BleuSmoothing.Floor,
        ["add-k"] = BleuSmoothing.AddOne,
        ["none"] = BleuSmoothing.None,
    };

    private static readonly Dictionary<string, ChrfOptions> Chrfs = new()
    {
        ["chrf"] = new(),
        ["chrf_plus_plus"] = new() { WordOrder = 2 },
        ["chrf_lowercase"] = new() { Lowercase = true },
        ["chrf_with_whitespace"] = new() { Whitespace = true },
        ["chrf_plus_plus_eps"] = new() { WordOrder = 2, EpsilonSmoothing = true },
        ["chrf_beta1_order4"] = new() { CharacterOrder = 4, Beta = 1 },
    };

    private static readonly Dictionary<string, TerOptions> Ters = new()
    {
        ["ter"] = new(),
        ["ter_case_sensitive"] = new() { CaseSensitive = true },
        ["ter_normalized"] = new() { Normalized = true },
        ["ter_no_punct"] = new() { NoPunctuation = true },
        ["ter_normalized_asian"] = new() { Normalized = true, AsianSupport = true },
    };

    [Fact]
    public void Tokens_EveryPair_EqualTheReference()
    {
        foreach (var pair in Pairs)
        {
            string.Join(' ', TextTokenizer.Tokens(pair.Text("prediction"), TextTokenization.Mteval13A))
                .ShouldBe(pair.Text("tokens_13a"), Name(pair));
            string.Join(' ', TextTokenizer.Tokens(pair.Text("prediction"), TextTokenization.International))
                .ShouldBe(pair.Text("tokens_intl"), Name(pair));
        }

        Fixtures.Compared("metrics/tokens", 2 * Pairs.Count);
    }

    [Fact]
    public void S1_29_Bleu_EveryPair_EqualsTheReference()
    {
        var compared = 0;
        foreach (var pair in Pairs)
        {
            foreach (var expected in pair.GetProperty("bleu").EnumerateObject())
            {
                var parts = expected.Name.Split('_', 3);
                var options = new BleuOptions
                {
                    Tokenization = Tokenizations[parts[0]],
                    Smoothing = Smoothings[parts[1]],
                    EffectiveOrder = !expected.Name.EndsWith("without_effective_order"),
                    Lowercase = expected.Name.EndsWith("lowercase"),
                };
                var score = new Bleu(options).Sentence(pair.Text("prediction"), pair.Strings("references"));
                if (expected.Value.ValueKind == JsonValueKind.Object)
                    Same(score, expected.Value, $"{Name(pair)} {expected.Name}");
                else score.Score.ShouldMatch(expected.Value.Number(), $"{Name(pair)} {expected.Name}");
                compared++;
            }
        }

        Fixtures.Compared("metrics/bleu", compared);
    }

    [Fact]
    public void Chrf_EveryPair_EqualsTheReference()
    {
        foreach (var pair in Pairs)
        {
            foreach (var (name, options) in Chrfs)
            {
                new Chrf(options).Sentence(pair.Text("prediction"), pair.Strings("references"))
                    .ShouldMatch(pair.GetProperty("chrf").Number(name), $"{Name(pair)} {name}", absolute: 1e-11);
            }
        }

        Fixtures.Compared("metrics/chrf", Pairs.Count * Chrfs.Count);
    }

    [Fact]
    public void Ter_EveryPair_EqualsTheReference()
    {
        foreach (var pair in Pairs)
        {
            foreach (var (name, options) in Ters)
            {
                var expected = pair.GetProperty("ter").GetProperty(name);
                var score = new TranslationEditRate(options)
                    .Sentence(pair.Text("prediction"), pair.Strings("references"));
                score.Edits.ShouldBe(expected.Int("edits"), $"{Name(pair)} {name}");
                score.Score.ShouldMatch(expected.Number("score"), $"{Name(pair)} {name}");
                score.ReferenceLength.ShouldMatch(expected.Number("reference_length"), $"{Name(pair)} {name}");
            }
        }

        Fixtures.Compared("metrics/ter", Pairs.Count * Ters.Count);
    }

    [Fact]
    public void S1_29_Rouge_EveryPair_EqualsTheReference()
    {
        foreach (var pair in Pairs)
        {
            foreach (var stem in new[] { false, true })
            {
                var scores = new Rouge(stem).Score(pair.Text("prediction"), pair.Strings("references"));
                var expected = pair.GetProperty("rouge").GetProperty(stem ? "stemmed" : "plain");
                foreach (var (name, score) in new[]
                    { ("rouge1", scores.Rouge1), ("rouge2", scores.Rouge2), ("rougeL", scores.RougeL),
                        ("rougeLsum", scores.RougeLsum) })
                {
                    new[] { score.Precision, score.Recall, score.F1 }
                        .ShouldMatch(expected.Numbers(name), $"{Name(pair)} {name} stem {stem}");
                }
            }
        }

        Fixtures.Compared("metrics/rouge", Pairs.Count * 8);
    }

    [Fact]
    public void Squad_EveryPair_EqualsTheReference()
    {
        foreach (var pair in Pairs)
        {
            var (expected, prediction, references) =
                (pair.GetProperty("squad"), pair.Text("prediction"), pair.Strings("references"));
            SquadMetrics.Normalize(prediction).ShouldBe(expected.Text("normalized_prediction"), Name(pair));
            SquadMetrics.ExactMatch(prediction, references).ShouldBe(expected.Number("exact_match"), Name(pair));
            SquadMetrics.F1(prediction, references).ShouldMatch(expected.Number("f1"), Name(pair));
        }

        Fixtures.Compared("metrics/squad", Pairs.Count);
    }

    [Fact]
    public void EditDistance_EveryPair_EqualsTheReference()
    {
        foreach (var pair in Pairs)
        {
            var (expected, left, right) =
                (pair.GetProperty("levenshtein"), pair.Text("prediction"), pair.Strings("references")[0]);
            EditDistance.Between<int>(UnicodeText.CodePoints(left), UnicodeText.CodePoints(right))
                .ShouldBe(expected.Int("code_points"), Name(pair));
            EditDistance.Between<char>(left, right).ShouldBe(expected.Int("utf16_units"), Name(pair));
            EditDistance.Between<byte>(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right))
                .ShouldBe(expected.Int("utf8_bytes"), Name(pair));
            EditDistance.Between<string>(UnicodeText.Words(left), UnicodeText.Words(right))
                .ShouldBe(expected.Int("words"), Name(pair));
            Optional(expected, "cer").ShouldBe(EditDistance.CharacterErrorRate(left, right), Name(pair));
            Optional(expected, "wer").ShouldBe(EditDistance.WordErrorRate(left, right), Name(pair));
        }

        Fixtures.Compared("metrics/levenshtein", Pairs.Count);
    }

    [Fact]
    public void Corpus_EverySubset_EqualsTheReference()
    {
        var compared = 0;
        foreach (var item in FixtureJson.Load("metrics/text_corpus.json").EnumerateArray())
        {
            var (options, expected, name) = (item.GetProperty("options"), item.GetProperty("result"),
                $"{item.Text("metric")} {item.GetProperty("options")} {item.Text("pairs")} {item.Text("references")}");
            var pairs = Subset(item.Text("pairs")).Select(pair => (pair.Text("prediction"),
                (IReadOnlyList<string>)(item.Text("references") == "first_reference"
                    ? pair.Strings("references")[..1] : pair.Strings("references"))));
            if (item.Text("metric") == "bleu") Same(new Bleu(BleuOf(options)).Corpus(pairs), expected, name);
            else if (item.Text("metric") == "chrf")
                new Chrf(ChrfOf(options)).Corpus(pairs).ShouldMatch(expected.Number("score"), name, absolute: 1e-11);
            else
            {
                var score = new TranslationEditRate(TerOf(options)).Corpus(pairs);
                new[] { score.Score, score.Edits, score.ReferenceLength }
                    .ShouldMatch(
                        [expected.Number("score"), expected.Number("edits"), expected.Number("reference_length")],
                        name);
            }

            compared++;
        }

        Fixtures.Compared("metrics/text_corpus", compared);
    }

    [Fact]
    public void Stem_EveryWord_EqualsTheReference()
    {
        var words = FixtureJson.Load("metrics/porter_stems.json").EnumerateArray().ToList();
        foreach (var word in words)
            PorterStemmer.Stem(word[0].GetString()!).ShouldBe(word[1].GetString(), word[0].GetString());
        Fixtures.Compared("metrics/porter_stems", words.Count);
    }

    private static string Name(JsonElement pair) => $"pair {pair.Int("id")}";

    private static double? Optional(JsonElement element, string name) =>
        element.GetProperty(name).ValueKind == JsonValueKind.Null ? null : element.Number(name);

    private static IEnumerable<JsonElement> Subset(string name) => name switch
    {
        "all_pairs" => Pairs,
        "generated_pairs" => Pairs.Skip(59),
        "first_20_pairs" => Pairs.Take(20),
        _ => Pairs.Take(4),
    };

    private static bool Has(JsonElement options, string name) =>
        options.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static BleuOptions BleuOf(JsonElement options) => new()
    {
        Tokenization = options.TryGetProperty("tokenize", out var kind)
            ? Tokenizations[kind.GetString()!] : TextTokenization.Mteval13A,
        Smoothing = options.TryGetProperty("smooth_method", out var method)
            ? Smoothings[method.GetString()!] : BleuSmoothing.Exponential,
        Lowercase = Has(options, "lowercase"),
        MaxOrder = options.TryGetProperty("max_ngram_order", out var order) ? order.GetInt32() : 4,
    };

    private static ChrfOptions ChrfOf(JsonElement options) => new()
    {
        WordOrder = options.TryGetProperty("word_order", out var order) ? order.GetInt32() : 0,
        EpsilonSmoothing = Has(options, "eps_smoothing"),
        Lowercase = Has(options, "lowercase"),
    };

    private static TerOptions TerOf(JsonElement options) =>
        new()
        {
            Normalized = Has(options, "normalized"),
            CaseSensitive = Has(options, "case_sensitive"),
            NoPunctuation = Has(options, "no_punct")
        };

    private static void Same(BleuScore score, JsonElement expected, string name)
    {
        score.Score.ShouldMatch(expected.Number("score"), name);
        score.Counts.ShouldMatch(expected.Numbers("counts"), name);
        score.Totals.ShouldMatch(expected.Numbers("totals"), name);
        score.Precisions.ShouldMatch(expected.Numbers("precisions"), name);
        score.BrevityPenalty.ShouldMatch(expected.Number("brevity_penalty"), name);
        score.SystemLength.ShouldBe(expected.Int("system_length"), name);
        score.ReferenceLength.ShouldBe(expected.Int("reference_length"), name);
    }
}
