using Pipeline.Statistics;

namespace Pipeline.Evaluation.Tests.Statistics;

/// <summary>Tests and intervals equal scipy's and statsmodels' values.</summary>
public sealed class TestsParityTests
{
    [Fact]
    public void SpecialFunctions_EveryValue_EqualsTheReference()
    {
        var root = FixtureJson.Load("stats/special_functions.json");
        var compared = 0;
        foreach (var item in root.GetProperty("normal_quantiles").EnumerateObject())
            Check(SpecialFunctions.NormalQuantile(double.Parse(item.Name)), item.Value.Number(), item.Name);
        foreach (var item in root.GetProperty("normal_upper_tail").EnumerateObject())
            Check(SpecialFunctions.NormalTail(double.Parse(item.Name)), item.Value.Number(), item.Name);
        foreach (var item in root.GetProperty("t_two_sided_975").EnumerateObject())
            Check(SpecialFunctions.StudentQuantile(0.975, double.Parse(item.Name)), item.Value.Number(), item.Name);
        foreach (var item in root.GetProperty("t_upper_tail").EnumerateArray().Select(row => row.Numbers()))
            Check(SpecialFunctions.StudentTail(item[0], item[1]), item[2], "t tail");
        foreach (var item in root.GetProperty("chi2_upper_tail").EnumerateArray().Select(row => row.Numbers()))
            Check(SpecialFunctions.ChiSquareTail(item[0], item[1]), item[2], "chi2 tail");
        foreach (var item in root.GetProperty("beta_quantile").EnumerateArray().Select(row => row.Numbers()))
            Check(SpecialFunctions.BetaQuantile(item[0], item[1], item[2]), item[3], "beta quantile");
        foreach (var item in root.GetProperty("regularized_incomplete_beta").EnumerateArray()
            .Select(row => row.Numbers()))
            Check(SpecialFunctions.BetaRegularized(item[0], item[1], item[2]), item[3],
                $"beta {item[0]} {item[1]} {item[2]}");
        Fixtures.Compared("stats/special_functions", compared);

        void Check(double actual, double expected, string what)
        {
            actual.ShouldMatch(expected, what, absolute: 1e-310);
            compared++;
        }
    }

    [Fact]
    public void McNemar_EveryTable_EqualsTheReference()
    {
        var cases = FixtureJson.Load("stats/mcnemar.json").EnumerateArray().ToList();
        foreach (var item in cases)
        {
            var (b, c) = (item.Int("only_first_right"), item.Int("only_second_right"));
            McNemar.ExactP(b, c).ShouldMatch(item.Number("exact_p"), $"{b} {c}", 1e-12);
            McNemar.MidP(b, c).ShouldMatch(item.Number("mid_p"), $"{b} {c}", 1e-12);
            if (b + c == 0) continue;
            McNemar.ChiSquare(b, c, corrected: false).Statistic.ShouldMatch(item.Number("chi2"), "chi2");
            McNemar.ChiSquare(b, c, corrected: false).P.ShouldMatch(item.Number("chi2_p"), "chi2 p");
            McNemar.ChiSquare(b, c, corrected: true).P.ShouldMatch(
                item.Number("chi2_corrected_p"), $"corrected p {b} {c}");
        }

        Fixtures.Compared("stats/mcnemar", cases.Count);
    }

    [Fact]
    public void Intervals_EveryProportion_EqualTheReference()
    {
        var cases = FixtureJson.Load("stats/binomial_intervals.json").EnumerateArray().ToList();
        foreach (var item in cases)
        {
            var (x, n, confidence) = (item.Int("successes"), item.Int("trials"), item.Number("confidence"));
            Same(ProportionIntervals.Wilson(x, n, confidence), item.Numbers("wilson"), $"wilson {x}/{n}");
            Same(ProportionIntervals.ClopperPearson(x, n, confidence), item.Numbers("clopper_pearson"),
                $"exact {x}/{n}");
            Same(ProportionIntervals.AgrestiCoull(x, n, confidence), item.Numbers("agresti_coull"), $"agresti {x}/{n}");
            Same(ProportionIntervals.Jeffreys(x, n, confidence), item.Numbers("jeffreys"), $"jeffreys {x}/{n}");
            Same(ProportionIntervals.WilsonCorrected(x, n, confidence), item.Numbers("wilson_continuity"),
                $"wilson cc {x}/{n}");
            Same(ProportionIntervals.Normal(x, n, confidence), item.Numbers("normal"), $"normal {x}/{n}");
        }

        Fixtures.Compared("stats/binomial_intervals", cases.Count * 6);
    }

    [Fact]
    public void Bootstrap_EveryCase_EqualsTheReference()
    {
        var root = FixtureJson.Load("stats/paired_bootstrap.json");
        var generator = new SplitMix64(0);
        root.GetProperty("generator").Strings("splitmix64_seed_0_first_5")
            .ShouldBe(Enumerable.Range(0, 5).Select(_ => generator.Next().ToString()));
        var cases = root.GetProperty("cases").EnumerateArray().ToList();
        foreach (var item in cases)
        {
            var (seed, a, b) = ((ulong)item.Int("seed"), item.Numbers("a"), item.Numbers("b"));
            var indices = new SplitMix64(seed);
            item.Numbers("first_10_indices")
                .ShouldBe(Enumerable.Range(0, 10).Select(_ => (double)indices.Below(a.Length)));
            var bootstrap = new PairedBootstrap(a, b, seed, item.Int("replicates"));
            bootstrap.Replicates[..5].ShouldMatch(item.Numbers("first_5_replicates"), "replicates", absolute: 1e-12);
            bootstrap.Mean.ShouldMatch(item.Number("observed_delta"), "mean");
            Same(bootstrap.Percentile(), item.Numbers("percentile_95"), "95");
            Same(bootstrap.Percentile(0.9), item.Numbers("percentile_90"), "90");
            Same(bootstrap.Basic(), item.Numbers("basic_95"), "basic");
            bootstrap.StandardError.ShouldMatch(item.Number("bootstrap_standard_error"), "error");
            bootstrap.ShareAtOrBelowZero.ShouldMatch(item.Number("share_at_or_below_zero"), "share");
            bootstrap.PValue.ShouldMatch(item.Number("p_two_sided_shift"), "p");
        }

        Fixtures.Compared("stats/paired_bootstrap", cases.Count);
    }

    [Fact]
    public void Permutation_EveryCase_EqualsTheReference()
    {
        var cases = FixtureJson.Load("stats/paired_permutation.json").EnumerateArray().ToList();
        foreach (var item in cases)
        {
            var test = PairedPermutation.Test(item.Numbers("a"), item.Numbers("b"));
            test.Assignments.ShouldBe(item.Int("assignments"));
            new[] { test.Greater, test.Less, test.TwoSided, test.TwoSidedDoubled }.ShouldMatch(
                [item.Number("p_greater"), item.Number("p_less"), item.Number("p_two_sided_abs"),
                    item.Number("p_two_sided_doubled")], "p");
        }

        Fixtures.Compared("stats/paired_permutation", cases.Count);
    }

    [Fact]
    public void TwoProportions_EveryCase_EqualTheReference()
    {
        var cases = FixtureJson.Load("stats/two_proportions.json").EnumerateArray().ToList();
        foreach (var item in cases)
        {
            var test = new TwoProportions(item.Int("x1"), item.Int("n1"), item.Int("x2"), item.Int("n2"));
            test.CohenH.ShouldMatch(item.Number("h"), "h");
            test.StandardError.ShouldMatch(item.Number("se_unpooled"), "se");
            test.FisherP.ShouldMatch(item.Number("fisher_two_sided"), $"fisher {test}");
            Same(ProportionIntervals.NewcombeDifference(test.X1, test.N1, test.X2, test.N2),
                item.Numbers("difference_95_newcombe"), "newcombe");
            if (item.TryGetProperty("z_pooled", out _))
            {
                new[] { test.PooledZ, test.TwoSidedP, test.LessP, test.GreaterP }.ShouldMatch(
                    [item.Number("z_pooled"), item.Number("p_two_sided"), item.Number("p_p1_less_than_p2"),
                        item.Number("p_p1_greater_than_p2")], "z");
            }

            if (!item.TryGetProperty("z_unpooled", out _)) continue;
            test.UnpooledZ.ShouldMatch(item.Number("z_unpooled"), "z");
            Same(test.WaldDifference(), item.Numbers("difference_95_wald"), "wald");
        }

        Fixtures.Compared("stats/two_proportions", cases.Count);
    }

    [Fact]
    public void NonInferiority_EveryCase_EqualsTheReference()
    {
        var root = FixtureJson.Load("stats/non_inferiority.json");
        var compared = 0;
        foreach (var item in root.GetProperty("two_independent_proportions_wald").EnumerateArray())
        {
            var test = NonInferiority.Independent(
                item.Int("baseline_x"), item.Int("baseline_n"), item.Int("candidate_x"), item.Int("candidate_n"),
                item.Number("margin"), item.Number("alpha"));
            new[] { test.Z, test.P, test.LowerBound }
                .ShouldMatch([item.Number("z"), item.Number("p"), item.Number("lower_bound")], "independent");
            compared++;
        }

        foreach (var item in root.GetProperty("paired_proportions_wald").EnumerateArray())
        {
            var test = NonInferiority.Paired(
                item.Int("only_baseline_right"), item.Int("only_candidate_right"), item.Int("n"),
                item.Number("margin"));
            new[] { test.Delta, test.StandardError, test.Z, test.P, test.LowerBound }.ShouldMatch(
                [item.Number("delta"), item.Number("se"), item.Number("z"), item.Number("p"),
                    item.Number("lower_95_one_sided")], "paired");
            compared++;
        }

        Fixtures.Compared("stats/non_inferiority", compared);
    }

    [Fact]
    public void MultipleTesting_EveryFamily_EqualsTheReference()
    {
        var cases = FixtureJson.Load("stats/multiple_testing.json").EnumerateArray().ToList();
        foreach (var item in cases)
        {
            var p = item.Numbers("p");
            MultipleTesting.Holm(p).ShouldMatch(item.GetProperty("holm").Numbers("adjusted"), "holm");
            MultipleTesting.BenjaminiHochberg(p)
                .ShouldMatch(item.GetProperty("benjamini_hochberg").Numbers("adjusted"), "bh");
            MultipleTesting.BenjaminiYekutieli(p)
                .ShouldMatch(item.GetProperty("benjamini_yekutieli").Numbers("adjusted"), "by");
            MultipleTesting.Hochberg(p).ShouldMatch(item.GetProperty("hochberg").Numbers("adjusted"), "hochberg");
            MultipleTesting.Bonferroni(p).ShouldMatch(item.GetProperty("bonferroni").Numbers("adjusted"), "bonferroni");
        }

        Fixtures.Compared("stats/multiple_testing", cases.Count * 5);
    }

    private static void Same(Interval interval, double[] expected, string what) =>
        new[] { interval.Lower, interval.Upper }.ShouldMatch(expected, what);
}
