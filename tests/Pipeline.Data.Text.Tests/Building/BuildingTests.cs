using Pipeline.Data.Building;

namespace Pipeline.Data.Text.Tests.Building;

public sealed class BuildingTests
{
    [Fact]
    public void S0_04_VersionId_ChangesWithEveryMemberOnly()
    {
        var version = new DatasetVersion(["a", "b"], "{}", "tok", "tpl", "1");
        DatasetVersion[] others =
        [
            version with { Content = ["a", "c"] }, version with { Content = ["ab"] },
            version with { Content = ["b", "a"] }, version with { Recipe = "{ }" },
            version with { Tokenizer = "tok2" }, version with { Template = "tp" }, version with { Code = "2" },
            version with { Tokenizer = "tokt", Template = "pl" },
        ];
        version.Id().ShouldBe(new DatasetVersion(["a", "b"], "{}", "tok", "tpl", "1").Id());
        others.Select(o => o.Id()).Append(version.Id()).Distinct().Count().ShouldBe(others.Length + 1);
    }

    [Theory]
    [InlineData(999, false, "below")]
    [InlineData(1_000, false, null)]
    [InlineData(5_000, false, null)]
    [InlineData(5_001, false, "above")]
    [InlineData(99, true, "below")]
    [InlineData(100, true, null)]
    [InlineData(501, true, "above")]
    public void S1_15_RowCounts_AdviseOutsideTheRange(long rows, bool domain, string? word)
    {
        var advice = SizeAdvisory.Of(rows, domain);
        if (word is null) advice.ShouldBeNull();
        else advice.ShouldNotBeNull().ShouldContain(word);
        if (word is not null) advice!.ShouldContain(domain ? "100–500" : "1,000–5,000");
    }

    [Theory]
    [InlineData(4000, 0.07)]
    [InlineData(1000, 0.10)]
    [InlineData(123, 0.05)]
    public void S2_31_RehearsalRows_MeasuredShareWithinHalfAPoint(long task, double share)
    {
        var rows = ReplayShare.RowsFor(task, share);
        var measured = new ReplayShare(rows, rows * 3, task + rows, (task * 9) + (rows * 3));
        measured.OfRows.ShouldBe(share, 0.005);
        measured.OfTokens.ShouldBeLessThan(measured.OfRows);
        (measured with { Rows = 0 }).Warning().ShouldNotBeNull().ShouldContain("5–10 %");
        (measured with { Rows = measured.TotalRows / 13 }).Warning().ShouldBeNull();
    }

    [Fact]
    public void S1_18_ReviewSample_SeededDistinctAndSpread()
    {
        var sample = SeededOrder.Sample(10_000, 100, 7);
        sample.ShouldBe(SeededOrder.Sample(10_000, 100, 7));
        sample.ShouldNotBe(SeededOrder.Sample(10_000, 100, 8));
        sample.Distinct().Count().ShouldBe(100);
        sample.Average().ShouldBeInRange(3_500, 6_500);
        SeededOrder.Sample(30, 100, 7).ShouldBe(Enumerable.Range(0, 30));
        SeededOrder.Permutation(1_000, 1).Order().ShouldBe(Enumerable.Range(0, 1_000));
        SeededOrder.Permutation(5, 1).ShouldBe(SeededOrder.Permutation(5, 1));
    }
}
