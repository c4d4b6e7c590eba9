using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;
using Temporalio.Client;

namespace Pipeline.Workflows.Tests;

/// <summary>People look at rows before training.</summary>
[Collection(nameof(EngineFixture))]
[Trait("Tier", "workflow")]
public sealed class ReviewTests(EngineFixture engines)
{
    [Fact]
    public async Task S0_03_Review_NotWaived_WaitsForPeopleAndBuildsTheirAnswersIn()
    {
        var before = TestPipeline.Start(await engines.StartAsync("embedded"));
        var handle = await before.RunAsync(TestPipeline.Quick with { Review = new() { WaivedBecause = "" } });
        var open = await TestPipeline.AwaitedAsync(handle, ApprovalRequest.Review);
        before.Fakes.Count("TrainAdapter").ShouldBe(0);
        (await handle.ExecuteUpdateAsync(
            wf =>
                wf.AnnotateAsync(
                    new AnnotationInput { By = "ada", Digest = open.Digest, Row = 3, Note = "wrong section" })))
            .ShouldBe(1);

        // Other workers know what was said to those before them.
        await using var pipeline = await before.RestartAsync();
        (await handle.QueryAsync(wf => wf.Awaited))!.Digest.ShouldBe(open.Digest);
        (await handle.QueryAsync(wf => wf.Lineage)).Single(edge => edge.Role == "annotation").Detail
            .ShouldMatch(@"^ada at \d{4}-\d\d-\d\dT[\d:.]+Z: wrong section$");
        (await TestPipeline.RefusedAsync(
            () =>
                handle.ExecuteUpdateAsync(
                    wf =>
                        wf.AnnotateAsync(
                            new AnnotationInput { By = "ada", Digest = open.Digest, Row = 101, Note = "x" }))))
            .ShouldContain("from 1 to 100");

        // An answer waits for the next build, so the rows as they are cannot be approved any more.
        await handle.ExecuteUpdateAsync(
            wf => wf.AnnotateAsync(
                new AnnotationInput { By = "ben", Digest = open.Digest, Row = 4, Answer = "net" }));
        (await TestPipeline.RefusedAsync(
            () => handle.ExecuteUpdateAsync(
                wf => wf.ApproveAsync(new DecisionInput { By = "ada", Digest = open.Digest }))))
            .ShouldContain("1 answers to these rows are not in the data set yet");
        await handle.ExecuteUpdateAsync(wf =>
            wf.RejectAsync(new DecisionInput { By = "ada", Digest = open.Digest, Reason = "too many wrong sections" }));
        var parked = await TestPipeline.ParkedAsync(handle);
        parked.Name.ShouldBe(StageNames.Review);
        parked.Failure!.ErrorType.ShouldBe(ErrorTypes.ReviewRejected);
        await handle.ExecuteUpdateAsync(
            wf => wf.RetryStageAsync(new RetryStageInput { Stage = StageNames.Dataset }));
        var again = await TestPipeline.AwaitedAsync(handle, ApprovalRequest.Review);
        again.Digest.ShouldNotBe(open.Digest);
        var answer = before.Fakes.Built!.Corrections.Single(); // it was built twice by now
        (answer.Sample.Sha256, answer.Row, answer.Answer, answer.By).ShouldBe((open.Digest, 4, "net", "ben"));
        answer.At.ShouldBeInRange(open.Opened, DateTime.UtcNow.AddMinutes(1));
        await handle.ExecuteUpdateAsync(
            wf => wf.ApproveAsync(new DecisionInput { By = "ada", Digest = again.Digest, Reason = "right now" }));
        await TestPipeline.ApproveAsync(handle);
        (await handle.GetResultAsync()).Verdict.ShouldBe(Verdict.Promoted);
    }
}
