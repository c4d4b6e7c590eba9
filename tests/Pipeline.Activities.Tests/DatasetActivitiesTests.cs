using System.Text.Json.Nodes;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Activities.Tests;

/// <summary>What people say about reviewed rows reaches the next data set.</summary>
public sealed class DatasetActivitiesTests(TinyDataset tiny) : IClassFixture<TinyDataset>
{
    [Fact]
    public async Task S0_03_AnswerOfAPerson_IsLearnedWithWhoGaveItAndWhen()
    {
        var host = new Host(tiny.Copy(), tiny.NewHost());
        var order = new BuildDatasetInput
        {
            Rows = tiny.RawRows,
            HeldOut = tiny.RawRows,
            BaseModel = tiny.BaseModel,
            Dataset = new() { MaxTrainRows = 16, RehearsalRows = 2, TestRows = 4 },
            ReviewRows = 18,
        };
        Task<DatasetResult> Build(params RowCorrection[] corrections) => Host.Attempt(1).RunAsync(
            () => host.Datasets.BuildDatasetAsync(order with { Corrections = corrections }));
        async Task<List<JsonNode>> Read(ArtifactRef artifact, string name) =>
            [.. File.ReadLines(Path.Combine(
                await host.Artifacts.OpenAsync(artifact, TestContext.Current.CancellationToken), name))
                .Select(line => JsonNode.Parse(line)!)]; // no line is the literal null

        var before = await Build();
        var sample = (await Host.Attempt(1).RunAsync(
            () => host.Datasets.DrawReviewSampleAsync(new(before.Dataset, 18, 1)))).Sample;
        var ids = (await Read(sample, "review.jsonl")).ConvertAll(row => $"{row["id"]}");
        var of = ids.FindIndex(id => id.StartsWith("debian:", StringComparison.Ordinal));
        var rehearsal = ids.FindIndex(id => id.StartsWith("rehearsal:", StringComparison.Ordinal));
        var at = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

        var after = await Build(
            new(sample, of + 1, "games", "ada", at), new(sample, of + 1, "science", "ben", at.AddMinutes(1)),
            new(sample, rehearsal + 1, "none", "ada", at));
        after.Dataset.Sha256.ShouldNotBe(before.Dataset.Sha256);
        after.Summary.Text.ShouldEndWith("; answers of people: 1 in place, 1 for rows that are not of the task");
        var row = (await Read(after.Dataset, "examples.jsonl")).Single(row => $"{row["id"]}" == ids[of]);
        ($"{row["messages"]![1]!["content"]}", $"{row["_annotator"]}", $"{row["_annotated_at"]}")
            .ShouldBe(("science", "ben", "2026-01-02T03:05:05.0000000Z"));
        var learned = (await Read(after.Dataset, "review.jsonl")).Single(row => $"{row["id"]}" == ids[of]);
        $"{learned["text"]}".ShouldContain("science<|im_end|>");
        (await Build()).Dataset.ShouldBe(before.Dataset);

        (await Should.ThrowAsync<InvalidDataException>(() => Build(new RowCorrection(sample, 99, "x", "ada", at))))
            .Message.ShouldContain("row 99 of a sample that has 18 rows");
    }
}
