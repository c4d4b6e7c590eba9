using System.Text.Json;
using Pipeline.Evaluation.Metrics;

namespace Pipeline.Evaluation.Tests.Metrics;

/// <summary>S1-29: classification, likelihood, sampling and extraction metrics equal their references.</summary>
public sealed class AnswerMetricsParityTests
{
    [Fact]
    public void S1_29_Classification_EveryCase_EqualsTheReference()
    {
        var cases = FixtureJson.Load("metrics/classification.json").GetProperty("labelled").EnumerateArray().ToList();
        foreach (var item in cases)
        {
            var name = item.Text("name");
            var report = new ClassificationReport(
                ConfusionMatrix.Of(item.Strings("true"), item.Strings("predicted"), item.Strings("labels")));
            report.Accuracy.ShouldMatch(item.Number("accuracy"), name);
            report.BalancedAccuracy.ShouldMatch(item.Number("balanced_accuracy"), name);
            report.Matthews.ShouldMatch(item.Number("matthews"), name);
            foreach (var (kind, figures) in new[] { ("macro", report.Macro), ("micro", report.Micro),
                ("weighted", report.WeightedBySupport) })
            {
                var expected = item.GetProperty(kind);
                new[] { figures.Precision, figures.Recall, figures.F1 }
                    .ShouldMatch([expected.Number("precision"), expected.Number("recall"), expected.Number("f1")],
                        $"{name} {kind}");
            }

            report.PerLabel.Select(label => label.F1).ToList()
                .ShouldMatch(item.GetProperty("per_class").Numbers("f1"), name);
            report.Support.Select(count => (double)count).ToList()
                .ShouldMatch(item.GetProperty("per_class").Numbers("support"), name);
            report.Kappa().ShouldMatch(item.Number("cohens_kappa"), name);
            report.Kappa(1).ShouldMatch(item.Number("cohens_kappa_linear"), name);
            report.Kappa(2).ShouldMatch(item.Number("cohens_kappa_quadratic"), name);
        }

        Fixtures.Compared("metrics/classification labels", cases.Count);
    }

    [Fact]
    public void Matrix_EveryCase_CountsTrueLabelsByRow()
    {
        var cases = FixtureJson.Load("metrics/classification.json").GetProperty("labelled").EnumerateArray().ToList();
        foreach (var item in cases)
        {
            var matrix = ConfusionMatrix.Of(item.Strings("true"), item.Strings("predicted"), item.Strings("labels"));
            var rows = item.GetProperty("confusion_rows_true");
            for (var i = 0; i < matrix.Labels.Count; i++)
            {
                for (var j = 0; j < matrix.Labels.Count; j++)
                    matrix[i, j].ShouldBe(rows[i][j].GetInt32(), item.Text("name"));
            }
        }

        Fixtures.Compared("metrics/classification matrices", cases.Count);
    }

    [Fact]
    public void Probabilities_EveryCase_EqualTheReference()
    {
        var root = FixtureJson.Load("metrics/classification.json");
        var compared = 0;
        foreach (var item in root.GetProperty("binary_scores").EnumerateArray())
        {
            var (truth, scores) = (item.Flags("true"), item.Numbers("score"));
            ProbabilityMetrics.RocAuc(truth, scores).ShouldMatch(item.Number("roc_auc"), "auc");
            ProbabilityMetrics.AveragePrecision(truth, scores).ShouldMatch(item.Number("average_precision"), "ap");
            ProbabilityMetrics.Brier(truth, scores).ShouldMatch(item.Number("brier"), "brier");
            ProbabilityMetrics.LogLoss([.. truth.Select(label => label ? 1 : 0)],
                [.. scores.Select(p => new[] { 1 - p, p })]).ShouldMatch(item.Number("log_loss"), "log loss");
            double[] confidence = [.. scores.Select(p => Math.Max(p, 1 - p))];
            bool[] right = [.. truth.Zip(scores, (label, p) => p >= 0.5 == label)];
            var ten = Calibration.Of(confidence, right);
            ten.ExpectedError.ShouldMatch(item.Number("ece_10_top_label"), "ece 10");
            ten.MaximumError.ShouldMatch(item.Number("mce_10_top_label"), "mce 10");
            Calibration.Of(confidence, right, 15).ExpectedError.ShouldMatch(item.Number("ece_15_top_label"), "ece 15");
            Calibration.Of(scores, truth).ExpectedError.ShouldMatch(
                item.Number("ece_10_positive_class"), "ece positive");
            Bins(ten, item.GetProperty("bins_10_top_label_index_count_confidence_accuracy"));
            compared++;
        }

        foreach (var item in root.GetProperty("multiclass_scores").EnumerateArray())
        {
            int[] truth = [.. item.Numbers("true").Select(label => (int)label)];
            double[][] rows = [.. item.GetProperty("probabilities").EnumerateArray().Select(row => row.Numbers())];
            ProbabilityMetrics.RocAucMacro(truth, rows).ShouldMatch(item.Number("roc_auc_ovr_macro"), "ovr");
            ProbabilityMetrics.RocAucMacro(truth, rows, pairwise: true)
                .ShouldMatch(item.Number("roc_auc_ovo_macro"), "ovo");
            ProbabilityMetrics.LogLoss(truth, rows).ShouldMatch(item.Number("log_loss"), "log loss");
            ProbabilityMetrics.BrierOverClasses(truth, rows)
                .ShouldMatch(item.Number("brier_sum_over_classes"), "brier");
            ProbabilityMetrics.TopAccuracy(truth, rows, 2).ShouldMatch(item.Number("top_2_accuracy"), "top 2");
            var calibration = Calibration.Of(
                [.. rows.Select(row => row.Max())],
                [.. rows.Zip(truth, (row, label) => Array.IndexOf(row, row.Max()) == label)]);
            calibration.ExpectedError.ShouldMatch(item.Number("ece_10"), "ece");
            Bins(calibration, item.GetProperty("bins_10_index_count_confidence_accuracy"));
            compared++;
        }

        Fixtures.Compared("metrics/classification scores", compared);
    }

    [Fact]
    public void S2_26_Perplexity_EveryDocument_EqualsTheReference()
    {
        var root = FixtureJson.Load("metrics/likelihood.json");
        var documents = root.GetProperty("documents").EnumerateArray().ToList();
        foreach (var item in documents)
        {
            var (text, sum) = (item.Text("text"), item.Numbers("token_logprobs_nats").Sum());
            Perplexity.Bytes(text).ShouldBe(item.Int("utf8_bytes"));
            Perplexity.Words(text).ShouldBe(item.Int("words_whitespace_split"));
            Perplexity.Of([sum], [item.GetProperty("token_logprobs_nats").GetArrayLength()])
                .ShouldMatch(item.Number("perplexity_per_token"), text);
            Perplexity.Of([sum], [Perplexity.Bytes(text)]).ShouldMatch(item.Number("byte_perplexity"), text);
            Perplexity.Of([sum], [Perplexity.Words(text)]).ShouldMatch(item.Number("word_perplexity"), text);
            Perplexity.BitsPerByte([sum], [Perplexity.Bytes(text)]).ShouldMatch(item.Number("bits_per_byte"), text);
        }

        var corpus = root.GetProperty("corpus");
        double[] sums = [.. documents.Select(item => item.Number("sum_nats"))];
        int[] bytes = [.. documents.Select(item => item.Int("utf8_bytes"))];
        Perplexity.Of(sums, bytes).ShouldMatch(corpus.Number("byte_perplexity"), "corpus");
        Perplexity.BitsPerByte(sums, bytes).ShouldMatch(corpus.Number("bits_per_byte"), "corpus");
        Fixtures.Compared("metrics/likelihood", documents.Count + 1);
    }

    [Fact]
    public void PassAtK_EveryCase_EqualsTheReference()
    {
        var cases = FixtureJson.Load("metrics/pass_at_k.json").EnumerateArray().ToList();
        foreach (var item in cases) PassAtK.Of(item.Int("n"), item.Int("correct"), item.Int("k"))
            .ShouldMatch(item.Number("value"), item.ToString());
        Fixtures.Compared("metrics/pass_at_k", cases.Count);
    }

    [Fact]
    public void Json_EveryCase_EqualsTheReference()
    {
        var root = FixtureJson.Load("metrics/json_validity.json");
        var schema = new JsonSchema(root.GetProperty("schema"));
        var cases = root.GetProperty("cases").EnumerateArray().ToList();
        foreach (var item in cases)
        {
            var text = item.Text("text");
            var value = JsonText.Parse(text);
            value.HasValue.ShouldBe(item.GetProperty("strict_valid").GetBoolean(), text);
            JsonText.Extract(text).ShouldBe(item.GetProperty("extracted").GetString(), text);
            if (value is not { } element) continue;
            schema.Validate(element).Select(error => $"{error.Pointer} {error.Keyword}")
                .ShouldBe(
                    item.GetProperty("schema_errors").EnumerateArray()
                        .Select(error => $"{error[0].GetString()} {error[1].GetString()}"), text);
            schema.RequiredFieldScore(element).ShouldMatch(item.Number("required_field_score"), text);
        }

        Fixtures.Compared("metrics/json_validity", cases.Count);
    }

    [Fact]
    public void Extract_EveryPatternAndText_EqualsTheReference()
    {
        var root = FixtureJson.Load("metrics/answer_extraction.json");
        var patterns = root.GetProperty("patterns").EnumerateObject().ToDictionary(
            item => item.Name,
            item => new AnswerExtraction(item.Value.Text("regex"), item.Value.Text("select") == "last"));
        var compared = 0;
        foreach (var item in root.GetProperty("cases").EnumerateArray())
        {
            foreach (var expected in item.GetProperty("extracted").EnumerateObject())
            {
                patterns[expected.Name].Extract(item.Text("text"))
                    .ShouldBe(expected.Value.GetString(), $"{expected.Name}: {item.Text("text")}");
                compared++;
            }
        }

        Fixtures.Compared("metrics/answer_extraction", compared);
    }

    private static void Bins(Calibration calibration, JsonElement expected)
    {
        calibration.Bins.Count.ShouldBe(expected.GetArrayLength());
        foreach (var (bin, row) in calibration.Bins.Zip(expected.EnumerateArray()))
        {
            new[] { bin.Index, bin.Count, bin.Confidence, bin.Accuracy }.ShouldMatch(row.Numbers(), "bin");
        }
    }
}
