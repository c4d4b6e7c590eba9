using System.Text.Json;
using Pipeline.Data.Splits;

namespace Pipeline.Data.Tests.Splits;

public sealed class HoldoutStageTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Write(string name, IEnumerable<int> ids)
    {
        File.WriteAllLines(
            _folder.Combine(name),
            ids.Select(
                id => JsonSerializer.Serialize(new { id, label = id % 3 == 0 ? "rare" : "common", text = "t" + id })));
        return _folder.Combine(name);
    }

    private HashSet<int> Ids(string output) =>
        [.. File.ReadLines(_folder.Combine(output, "test.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetInt32())];

    [Fact]
    public async Task S1_17_Holdout_TenPercentOfEachStratumIndependentOfOrder()
    {
        var stage = new HoldoutStage(new HoldoutOptions { StratifyBy = "label" });
        var first = await stage.RunAsync([Write("a.jsonl", Enumerable.Range(0, 301))], _folder.Combine("a"));
        await stage.RunAsync([Write("b.jsonl", Enumerable.Range(0, 301).Reverse())], _folder.Combine("b"));
        first.HeldOut.ShouldBeGreaterThanOrEqualTo(31);
        Ids("b").ShouldBe(Ids("a"), ignoreOrder: true);
        Ids("a").Count(id => id % 3 == 0).ShouldBe(11);
        (File.ReadLines(_folder.Combine("a", "train.jsonl")).Count() + Ids("a").Count).ShouldBe(301);
    }

    [Theory]
    [InlineData(0.09)]
    [InlineData(1.0)]
    [InlineData(double.NaN)]
    public void S1_17_ShareOutOfRange_IsRefused(double fraction) =>
        Should.Throw<ArgumentException>(
            () => new HoldoutStage(new HoldoutOptions { Fraction = fraction })).Message.ShouldContain("at least 10 %");

    [Fact]
    public async Task RunAsync_NoRowHasTheField_SaysSo()
    {
        var rows = Write("a.jsonl", Enumerable.Range(0, 30));
        (await Should.ThrowAsync<InvalidDataException>(
            () => new HoldoutStage(new HoldoutOptions { StratifyBy = "lable" })
                .RunAsync([rows], _folder.Combine("a")))).Message.ShouldContain("the field 'lable'");
        (await Should.ThrowAsync<InvalidDataException>(
            () => new ClusterSplitStage(new ClusterSplitOptions { StratifyBy = "lable" })
                .RunAsync([rows], _folder.Combine("a")))).Message.ShouldContain("the field 'lable'");
    }

    [Fact]
    public async Task RunAsync_RepeatedId_NamesTheRow() =>
        (await Should.ThrowAsync<InvalidDataException>(
            () => new HoldoutStage(new HoldoutOptions())
                .RunAsync([Write("a.jsonl", [1, 1])], _folder.Combine("a")))).Message.ShouldContain("a.jsonl:2");
}
