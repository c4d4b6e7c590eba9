using System.Text;
using Google.Protobuf;
using Pipeline.Cli.Tests.Support;
using Pipeline.Hosting.Engine;
using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.FineTuning;
using Pipeline.Workflows.Json;
using Temporalio.Api.History.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Pipeline.Cli.Tests;

/// <summary>
/// B53 and encryption with real processes: only signatures of named keys count, and no history can be read without the
/// key.
/// </summary>
[Trait("Tier", "e2e")]
public sealed class SecretRunTests(SecretDeployment deployment) : IClassFixture<SecretDeployment>
{
    // What a history would show without encryption; search attributes are plain in Temporal and are left out.
    private static readonly string[] Secrets =
        ["artifact:", "debian-sample", "LicenseRef", "microBatchSize", "signed for the test", "ada"];

    [Fact]
    public async Task TinyRun_SignedAndEncrypted_PromotesAndLeavesNoPlainText()
    {
        await deployment.UpAsync("--config", deployment.Settings);
        var id = (await CliAsync(0, "start", "tiny")).Output.Trim();
        var sealedClient = await TemporalClient.ConnectAsync(
            new($"127.0.0.1:{deployment.EnginePort}")
            {
                DataConverter = PipelineJson.Converter(EncryptionCodec.FromBase64(deployment.PayloadKey)),
            });
        var run = sealedClient.GetWorkflowHandle<FineTuneWorkflow, FineTuneResult>(id);
        var open = await AwaitedAsync(run);

        (await CliAsync(7, "approve", id, "--as", "ada")).Error.ShouldContain("'signature' is missing");
        (await CliAsync(7, "approve", id, "--as", "ada", "--key", deployment.PrivateKey("bob"))).Error.ShouldContain(
            "not one of 'ada'");
        (await CliAsync(7, "approve", id, "--as", "zoe", "--key", deployment.PrivateKey("ada"))).Error.ShouldContain(
            "no key of 'zoe'");
        (await CliAsync(2, "approve", id, "--as", "ada", "--key", deployment.Settings)).Error.ShouldContain(
            "holds no private key");
        (await CliAsync(7, "approve", id, "--as", "ada", "--digest", new string('0', 64), "--key",
            deployment.PrivateKey("ada"))).Error.ShouldContain("not what is decided on");
        await RefuseReplayAsync(run, open);

        await CliAsync(
            0, "approve", id, "--as", "ada", "--reason", "signed for the test", "--key", deployment.PrivateKey("ada"));
        (await CliAsync(0, "status", id, "--watch")).Output.ShouldContain("Promoted");
        (await CliAsync(0, "status", id, "--json")).Output.ShouldContain("signed for the test");
        await NoPlainTextAsync(id);

        deployment["PIPELINE_PAYLOAD_KEY"] = "";
        (await CliAsync(7, "status", id)).Error.ShouldContain("PIPELINE_PAYLOAD_KEY");
        deployment["PIPELINE_PAYLOAD_KEY"] = Convert.ToBase64String(new byte[32]);
        (await CliAsync(7, "status", id)).Error.ShouldContain("PIPELINE_PAYLOAD_KEY");
        deployment["PIPELINE_PAYLOAD_KEY"] = deployment.PayloadKey;
    }

    private async Task<CliAnswer> CliAsync(int code, params string[] arguments)
    {
        var answer = await deployment.RunAsync([.. arguments, "--config", deployment.Settings]);
        answer.Code.ShouldBe(code, answer.All);
        return answer;
    }

    private static async Task<ApprovalRequest> AwaitedAsync(WorkflowHandle<FineTuneWorkflow, FineTuneResult> run)
    {
        while (true)
        {
            try
            {
                if (await run.QueryAsync(wf => wf.Awaited) is { } open)
                {
                    return open;
                }
            }
            catch (Exception exception) when (exception is RpcException or WorkflowQueryFailedException)
            {
                // The worker is busy; the next look will do.
            }

            await Task.Delay(500, TestContext.Current.CancellationToken);
        }
    }

    // A signature that was good for another adapter, sent again for this one.
    private async Task RefuseReplayAsync(WorkflowHandle<FineTuneWorkflow, FineTuneResult> run, ApprovalRequest open)
    {
        var input = new DecisionInput { By = "ada", Digest = open.Digest };
        var other = open with { Digest = new string('1', 64) };
        var key = await File.ReadAllTextAsync(deployment.PrivateKey("ada"), TestContext.Current.CancellationToken);
        var replayed = input with
        {
            Signature =
                DecisionSignature.Sign(key, DecisionSignature.TextOf(run.Id, other, "approved", input))
        };
        var refused = await Should.ThrowAsync<WorkflowUpdateFailedException>(
            () => run.ExecuteUpdateAsync(wf => wf.ApproveAsync(replayed)));
        refused.InnerException!.Message.ShouldContain("not one of 'ada'"); // a failed update says why
    }

    private async Task NoPlainTextAsync(string id)
    {
        var plain = await TemporalClient.ConnectAsync(new($"127.0.0.1:{deployment.EnginePort}"));
        var (waiting, events) = (new Queue<string>([id]), 0);
        while (waiting.TryDequeue(out var next))
        {
            foreach (var one in (await plain.GetWorkflowHandle(next).FetchHistoryAsync()).Events)
            {
                events++;
                if (one.ChildWorkflowExecutionStartedEventAttributes is { } child)
                {
                    waiting.Enqueue(child.WorkflowExecution.WorkflowId);
                }

                var bytes = Encoding.Latin1.GetString(WithoutSearchAttributes(one).ToByteArray());
                Secrets.Where(secret => secret != "ada"
                    || one.WorkflowExecutionUpdateAcceptedEventAttributes is not null)
                    .Where(secret => bytes.Contains(secret, StringComparison.Ordinal))
                    .ShouldBeEmpty($"{next}: event {one.EventId} {one.EventType}");
            }
        }

        events.ShouldBeGreaterThan(150);
    }

    private static HistoryEvent WithoutSearchAttributes(HistoryEvent one)
    {
        var copy = one.Clone();
        if (copy.UpsertWorkflowSearchAttributesEventAttributes is { } upsert)
        {
            upsert.SearchAttributes = null;
        }

        if (copy.WorkflowExecutionStartedEventAttributes is { } started)
        {
            started.SearchAttributes = null;
        }

        return copy;
    }
}
