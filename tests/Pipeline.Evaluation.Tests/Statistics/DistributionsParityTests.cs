using System.Text.Json;
using Pipeline.Statistics;

namespace Pipeline.Evaluation.Tests.Statistics;

/// <summary>Drift, location, power, rating and sequential values equal the references.</summary>
public sealed class DistributionsParityTests
{
    [Fact]
    public void Drift_EveryCase_EqualsTheReference()
    {
        var root = FixtureJson.Load("stats/drift.json");
        var compared = 0;
        foreach (var item in root.GetProperty("ks").EnumerateArray())
        {
            var (x, y) = (item.Numbers("x"), item.Numbers("y"));
            KolmogorovSmirnov.Statistic(x, y).ShouldMatch(item.Number("statistic"), "ks");
            var large = Math.Max(x.Length, y.Length) > 100;
            KolmogorovSmirnov.ExactP(x, y)
                .ShouldMatch(item.Number("p_exact"), $"ks exact {x.Length} {y.Length}", large ? 1e-7 : 1e-9);
            // Above 140 values the reference itself approximates the one-sample distribution.
            KolmogorovSmirnov.ApproximateP(x, y)
                .ShouldMatch(item.Number("p_asymp"), $"ks {x.Length} {y.Length}", large ? 1e-6 : 1e-9);
            if (item.TryGetProperty("p_exact_greater", out var greater))
            {
                KolmogorovSmirnov.ExactP(x, y, signed: true)
                    .ShouldMatch(greater.Number(), "ks greater", large ? 1e-7 : 1e-9);
            }

            compared++;
        }

        foreach (var item in root.GetProperty("psi").EnumerateArray())
        {
            var (expected, actual) = (item.Numbers("expected"), item.Numbers("actual"));
            var edges = Drift.QuantileEdges(expected, item.Int("bins"));
            edges.ShouldMatch(item.Numbers("inner_edges"), "edges");
            var (before, after) = (Drift.Histogram(expected, edges), Drift.Histogram(actual, edges));
            after.ShouldBe(item.Numbers("actual_counts").Select(count => (int)count));
            Drift.StabilityIndex(before, after).ShouldMatch(item.Number("psi"), "psi");
            Drift.StabilityIndex(expected, actual, item.Int("bins")).ShouldMatch(item.Number("psi"), "psi of samples");
            compared++;
        }

        foreach (var item in root.GetProperty("divergences").EnumerateArray())
        {
            var (p, q) = (item.Numbers("p"), item.Numbers("q"));
            new[]
            {
                Drift.KullbackLeibler(p, q), Drift.JensenShannon(p, q), Drift.Hellinger(p, q),
                Drift.TotalVariation(p, q), Drift.Wasserstein(p, q),
            }.ShouldMatch(
            [
                item.Number("kl_nats_p_q"), item.Number("js_nats"), item.Number("hellinger"),
                item.Number("total_variation"),
                item.Number("wasserstein_1_on_index"),
            ], "divergence");
            compared++;
        }

        Fixtures.Compared("stats/drift", compared);
    }

    [Fact]
    public void ChiSquare_EveryTable_EqualsTheReference()
    {
        var root = FixtureJson.Load("stats/drift.json");
        var cases = root.GetProperty("chi2").EnumerateArray().ToList();
        foreach (var item in cases)
        {
            var table = Table(item.GetProperty("table"));
            var test = ChiSquare.Independence(table);
            new[] { test.Statistic, test.P, test.Degrees, ChiSquare.CramersV(table) }.ShouldMatch(
                [item.Number("chi2"), item.Number("p"), item.Number("dof"), item.Number("cramers_v")], "chi2");
            if (item.TryGetProperty("chi2_yates", out var yates))
                ChiSquare.Independence(table, yates: true).Statistic.ShouldMatch(yates.Number(), "yates");
        }

        var fit = root.GetProperty("goodness_of_fit");
        ChiSquare.GoodnessOfFit(fit.Numbers("observed"), fit.Numbers("expected")).P.ShouldMatch(fit.Number("p"), "fit");
        Fixtures.Compared("stats/chi2", cases.Count + 1);
    }

    [Fact]
    public void Location_EveryCase_EqualsTheReference()
    {
        var root = FixtureJson.Load("stats/location_tests.json");
        var compared = 0;
        foreach (var item in root.GetProperty("welch_t").EnumerateArray())
        {
            var (x, y) = (item.Numbers("x"), item.Numbers("y"));
            var (welch, student) = (TTest.Welch(x, y), TTest.Student(x, y));
            new[] { welch.T, welch.Degrees, welch.P, welch.LessP, welch.Confidence().Lower, welch.Confidence().Upper,
                student.T, student.P, Moments.CohenD(x, y) }.ShouldMatch(
            [
                item.Number("t"), item.Number("df"), item.Number("p"), item.Number("p_less"),
                .. item.Numbers("mean_difference_95"),
                item.Number("student_t"), item.Number("student_p"), item.Number("cohens_d_pooled"),
            ], "t");
            compared++;
        }

        foreach (var item in root.GetProperty("mann_whitney").EnumerateArray())
        {
            var test = new MannWhitney(item.Numbers("x"), item.Numbers("y"));
            new[] { test.U, test.ApproximateP(), test.ApproximateP(corrected: false), test.Superiority }.ShouldMatch(
            [
                item.Number("u1"), item.Number("p_asymptotic_with_continuity"),
                item.Number("p_asymptotic_no_continuity"),
                item.Number("probability_of_superiority"),
            ], "u");
            if (item.TryGetProperty("p_exact", out var exact)) test.ExactP().ShouldMatch(exact.Number(), "u exact");
            compared++;
        }

        foreach (var item in root.GetProperty("paired_t_and_wilcoxon").EnumerateArray())
        {
            var (t, w) = (TTest.Paired(item.Numbers("x"), item.Numbers("y")),
                Wilcoxon.Test(item.Numbers("x"), item.Numbers("y")));
            new[] { t.T, t.Degrees, t.P, w.W, w.P }.ShouldMatch(
                [item.Number("t"), item.Number("df"), item.Number("p"), item.Number("wilcoxon_w"),
                    item.Number("wilcoxon_p_normal")], "paired");
            compared++;
        }

        foreach (var item in root.GetProperty("correlation").EnumerateArray())
        {
            var (x, y) = (item.Numbers("x"), item.Numbers("y"));
            var r = Correlation.Pearson(x, y);
            new[] { r, Correlation.PearsonP(r, x.Length), Correlation.Spearman(x, y), Correlation.KendallTauB(x, y) }
                .ShouldMatch(
                [item.Number("pearson"), item.Number("pearson_p"), item.Number("spearman"),
                    item.Number("kendall_tau_b")], "correlation");
            compared++;
        }

        Fixtures.Compared("stats/location_tests", compared);
    }

    [Fact]
    public void Power_EveryCase_EqualsTheReference()
    {
        var root = FixtureJson.Load("stats/power.json");
        var compared = 0;
        foreach (var item in root.GetProperty("two_proportions").EnumerateArray())
        {
            var (p1, p2, alpha, power, twoSided) = (item.Number("p1"), item.Number("p2"), item.Number("alpha"),
                item.Number("power"), item.Text("alternative") == "two-sided");
            var h = Power.CohenH(p1, p2);
            new[]
            {
                Power.TwoProportionsSize(h, alpha, power, twoSided),
                Power.TwoProportionsFormula(p1, p2, alpha, power, pooled: true, twoSided),
                Power.TwoProportionsFormula(p1, p2, alpha, power, pooled: false, twoSided),
                Power.TwoProportions(h, 1000, alpha, twoSided),
            }.ShouldMatch(
            [
                item.Number("n_per_arm_arcsine"), item.Number("n_per_arm_pooled_formula"),
                item.Number("n_per_arm_unpooled_formula"),
                item.Number("power_at_1000_per_arm"),
            ], $"{p1} {p2}", 1e-6);
            compared++;
        }

        foreach (var item in root.GetProperty("two_means").EnumerateArray())
        {
            Power.TwoMeans(item.Number("d"), 50, 0.05).ShouldMatch(item.Number("power_at_50"), "t power", 1e-6);
            Power.TwoMeansSize(item.Number("d"), 0.05, 0.8)
                .ShouldMatch(item.Number("n_per_arm_for_80"), "t size", 1e-6);
            compared++;
        }

        foreach (var item in root.GetProperty("mcnemar").EnumerateArray())
        {
            var (b, c) = (item.Number("p_only_first"), item.Number("p_only_second"));
            Power.McNemar(b, c, item.Int("n"), 0.05).ShouldMatch(item.Number("power_normal"), "power", 1e-6);
            Power.McNemarSize(b, c, 0.05, 0.8).ShouldMatch(item.Number("n_for_80_normal"), "size", 1e-6);
            compared++;
        }

        foreach (var item in root.GetProperty("cohens_h").EnumerateArray())
            Power.CohenH(item.Number("p1"), item.Number("p2")).ShouldMatch(item.Number("h"), "h");
        Fixtures.Compared("stats/power", compared);
    }

    [Fact]
    public void Sequential_EveryDesign_EqualsTheReference()
    {
        var root = FixtureJson.Load("stats/sequential.json");
        var compared = 0;
        foreach (var item in root.GetProperty("classical").EnumerateArray())
        {
            var (looks, alpha) = (item.Int("looks"), item.Number("alpha_two_sided"));
            var bounds = item.Text("kind") == "pocock"
                ? SequentialDesign.Pocock(looks, alpha) : SequentialDesign.OBrienFleming(looks, alpha);
            bounds.ShouldMatch(item.Numbers("z_bounds"), item.ToString(), absolute: 1e-4);
            compared++;
        }

        foreach (var item in root.GetProperty("spending").EnumerateArray())
        {
            var (function, information) = (Spending(item.Text("spending")), item.Numbers("information"));
            information.Select(t => SequentialDesign.Spent(function, 0.05, t)).ToList()
                .ShouldMatch(item.Numbers("cumulative_alpha"), "spent");
            var bounds = SequentialDesign.Bounds(function, 0.05, information);
            bounds.ShouldMatch(item.Numbers("z_bounds"), item.ToString(), absolute: 1e-4);
            SequentialDesign.Crossing(bounds, information, drift: 3)
                .ShouldMatch(item.Numbers("power_at_drift_3"), "power", absolute: 1e-4);
            compared++;
        }

        Fixtures.Compared("stats/sequential designs", compared);
    }

    [Fact]
    public void Sequential_EveryPath_EqualsTheReference()
    {
        var root = FixtureJson.Load("stats/sequential.json");
        var compared = 0;
        foreach (var item in root.GetProperty("msprt").EnumerateArray())
        {
            var test = new MixtureSprt(item.Number("sigma2"), item.Number("tau2"));
            foreach (var (value, expected) in item.Numbers("x")
                .Zip(item.GetProperty("lambda_p_lower95_upper95").EnumerateArray()))
            {
                test.Add(value);
                new[] { test.LikelihoodRatio, test.P, test.Confidence.Lower, test.Confidence.Upper }
                    .ShouldMatch(expected.Numbers(), $"after {test.Count}");
                compared++;
            }
        }

        foreach (var item in root.GetProperty("sprt").EnumerateArray())
        {
            var test = new WaldSprt(item.Number("p0"), item.Number("p1"), item.Number("alpha"), item.Number("beta"));
            var decision = SequentialDecision.Continue;
            foreach (var (value, expected) in item.Numbers("x").Zip(item.Numbers("log_likelihood_ratio")))
            {
                decision.ShouldBe(SequentialDecision.Continue);
                decision = test.Add(value == 1);
                test.LogLikelihoodRatio.ShouldMatch(expected, "ratio");
                compared++;
            }

            (decision == SequentialDecision.AcceptSecond ? "accept_p1" : "accept_p0")
                .ShouldBe(item.GetProperty("decision")[0].GetString());
        }

        Fixtures.Compared("stats/sequential observations", compared);
    }

    [Fact]
    public void Ratings_RecordedGames_EqualTheReference()
    {
        var root = FixtureJson.Load("stats/ratings.json");
        var players = root.Strings("players");
        Game[] games = [.. root.GetProperty("games_a_b_winner").EnumerateArray().Select(game =>
            new Game(game[0].GetString()!, game[1].GetString()!,
                game[2].GetString() switch { "a" => 1, "b" => 0, _ => 0.5 }))];
        var elo = Ratings.Elo(games);
        foreach (var item in root.GetProperty("elo").GetProperty("final").EnumerateObject())
            elo[item.Name].ShouldMatch(item.Value.Number(), item.Name);
        var expected = root.GetProperty("bradley_terry");
        var strengths = Ratings.BradleyTerry(games, players);
        strengths.ShouldMatch(expected.Numbers("theta_mean_zero_natural_log"), "strengths");
        Ratings.StandardErrors(games, players, strengths)
            .ShouldMatch(expected.Numbers("standard_error_mean_zero"), "errors");
        Ratings.LogLikelihood(games, players, strengths).ShouldMatch(expected.Number("log_likelihood"), "likelihood");
        Ratings.BradleyTerry(games, players, 0.1)
            .ShouldMatch(expected.Numbers("theta_with_ridge_0.1"), "ridge", 1e-6, 1e-6);
        Fixtures.Compared("stats/ratings", games.Length);
    }

    private static SpendingFunction Spending(string name) => name switch
    {
        "obrien_fleming_like" => SpendingFunction.OBrienFleming,
        "obrien_fleming_like_total" => SpendingFunction.OBrienFlemingTotal,
        "pocock_like" => SpendingFunction.Pocock,
        _ => SpendingFunction.Square,
    };

    private static int[,] Table(JsonElement rows)
    {
        var table = new int[rows.GetArrayLength(), rows[0].GetArrayLength()];
        for (var i = 0; i < table.GetLength(0); i++)
        {
            for (var j = 0; j < table.GetLength(1); j++) table[i, j] = rows[i][j].GetInt32();
        }

        return table;
    }
}
