using System.Security.Cryptography;
using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.FineTuning;
using Temporalio.Client;

namespace Pipeline.Workflows.Tests;

/// <summary>B53: where the deployment has keys of approvers, only their signatures count.</summary>
[Collection(nameof(EngineFixture))]
[Trait("Tier", "workflow")]
public sealed class SignedApprovalTests(EngineFixture engines)
{
    [Fact]
    public async Task B53_UnsignedOrForeignSignature_IsRefusedAndTheRightOneCounts()
    {
        var (ada, bob) = (Key.Create(), Key.Create());
        var fakes = new FakeActivities();
        fakes.Context = fakes.Context with
        { ApproverKeys = new Dictionary<string, string> { ["ada"] = ada.Public, ["bob"] = bob.Public } };
        await using var pipeline = TestPipeline.Start(await engines.StartAsync("embedded"), fakes);
        var handle = await pipeline.RunAsync(TestPipeline.Quick);
        var open = await TestPipeline.AwaitedAsync(handle, ApprovalRequest.Promotion);
        var input = new DecisionInput { By = "ada", Digest = open.Digest, Reason = "numbers are good" };
        var text = DecisionSignature.TextOf(handle.Id, open, "approved", input);

        (await RefusedAsync(handle, input)).ShouldContain("'signature' is missing");
        (await RefusedAsync(handle, input with { Signature = "AAAA" })).ShouldContain("is not one of 'ada'");
        (await RefusedAsync(handle, Signed(bob, input, text))).ShouldContain("is not one of 'ada'");
        (await RefusedAsync(handle, Signed(ada, input, text) with { Reason = "another reason" }))
            .ShouldContain("is not one of 'ada'");
        (await RefusedAsync(
            handle, Signed(ada, input, DecisionSignature.TextOf("finetune:other", open, "approved", input))))
            .ShouldContain("is not one of 'ada'");
        (await RefusedAsync(handle, Signed(ada, input, DecisionSignature.TextOf(handle.Id, open, "rejected", input))))
            .ShouldContain("is not one of 'ada'");
        (await RefusedAsync(handle, input with { By = "zoe", Signature = "AAAA" })).ShouldContain("no key of 'zoe'");

        var signed = Signed(ada, input, text);
        await handle.ExecuteUpdateAsync(wf => wf.ApproveAsync(signed));
        (await handle.GetResultAsync()).Verdict.ShouldBe(Verdict.Promoted);
        (await handle.FetchHistoryAsync()).Events.Count(
            e => e.WorkflowExecutionUpdateAcceptedEventAttributes is not null).ShouldBe(1);
    }

    private static DecisionInput Signed(Key key, DecisionInput input, string text) =>
        input with { Signature = DecisionSignature.Sign(key.Private, text) };

    private static Task<string> RefusedAsync(
        WorkflowHandle<FineTuneWorkflow, FineTuneResult> handle, DecisionInput input) =>
        TestPipeline.RefusedAsync(() => handle.ExecuteUpdateAsync(wf => wf.ApproveAsync(input)));

    private sealed record Key(string Public, string Private)
    {
        public static Key Create()
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return new Key(Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()), key.ExportPkcs8PrivateKeyPem());
        }
    }
}
