using System.Text.Json;
using Pipeline.Registry.Monitoring;

namespace Pipeline.Registry.Tests.Monitoring;

public sealed class MonitoringParityTests
{
    [Fact]
    public void MixtureSequentialTest_Fixture_SameRatiosAndIntervals()
    {
        var compared = 0;
        foreach (var item in Read("stats/sequential.json").GetProperty("msprt").EnumerateArray())
        {
            var (sigma2, tau2) = (item.GetProperty("sigma2").GetDouble(), item.GetProperty("tau2").GetDouble());
            var (sum, n) = (0.0, 0);
            foreach (var (x, row) in Numbers(item.GetProperty("x")).Zip(item.GetProperty("lambda_p_lower95_upper95").EnumerateArray()))
            {
                sum += x;
                n++;
                var expected = Numbers(row);
                Math.Exp(MixtureSequentialTest.LogRatio(sum / n, sigma2 / n, tau2)).ShouldBe(expected[0], 1e-9 * expected[0]);
                var half = MixtureSequentialTest.HalfWidth(sigma2 / n, tau2, 0.05);
                ((sum / n) - half).ShouldBe(expected[2], 1e-9);
                ((sum / n) + half).ShouldBe(expected[3], 1e-9);
                compared++;
            }
        }

        Fixtures.Compared("stats/sequential msprt", compared);
    }

    [Fact]
    public void KolmogorovSmirnov_Fixture_SameStatisticAndExactP()
    {
        var compared = 0;
        foreach (var item in Read("stats/drift.json").GetProperty("ks").EnumerateArray())
        {
            var (statistic, p) = Drift.KolmogorovSmirnov(Numbers(item.GetProperty("x")), Numbers(item.GetProperty("y")));
            statistic.ShouldBe(item.GetProperty("statistic").GetDouble(), 1e-12);
            p.ShouldBe(item.GetProperty("p_exact").GetDouble(), 1e-7);
            compared++;
        }

        Fixtures.Compared("stats/drift ks", compared);
    }

    [Fact]
    public void PopulationStabilityIndex_Fixture_SameIndex()
    {
        var compared = 0;
        foreach (var item in Read("stats/drift.json").GetProperty("psi").EnumerateArray())
        {
            var expected = item.GetProperty("psi").GetDouble();
            Drift.PopulationStabilityIndex(Numbers(item.GetProperty("expected")), Numbers(item.GetProperty("actual")), item.GetProperty("bins").GetInt32())
                .ShouldBe(expected, 1e-9 * Math.Max(1, expected));
            compared++;
        }

        Fixtures.Compared("stats/drift psi", compared);
    }

    private static JsonElement Read(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Require(name)));
        return document.RootElement.Clone();
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetDouble())];
}
