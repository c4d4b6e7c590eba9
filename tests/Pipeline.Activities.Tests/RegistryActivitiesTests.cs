using Pipeline.Workflows;
using Pipeline.Workflows.Contracts;
using Temporalio.Exceptions;

namespace Pipeline.Activities.Tests;

/// <summary>What may be registered.</summary>
[Trait("Tier", "e2e")]
public sealed class RegistryActivitiesTests(TinyDataset tiny) : IClassFixture<TinyDataset>
{
    [Fact]
    public async Task S1_28_Adapter_WithoutAnEvaluationOfItself_IsNotRegistered()
    {
        var store = tiny.Copy();
        var host = new Host(store, tiny.NewHost());
        var adapter = await CommitAsync(host, "adapter", "adapter_config.json", []);
        var order = new RegisterAdapterInput
        {
            Name = "tiny",
            Adapter = adapter,
            BaseModel = tiny.BaseModel,
            BaseModelName = "bookworm-6m",
            Dataset = tiny.Dataset,
        };
        (await RefusedAsync(host, order)).ShouldContain("none is named");
        (await RefusedAsync(host, order with { Evaluation = ArtifactRef.Of("evaluation", new string('0', 64), 1) }))
            .ShouldContain("no evaluation of the adapter");
        var foreign = await CommitAsync(
            host, "evaluation", "results.json", new() { ["adapter"] = new string('1', 64), ["task"] = "0.9" });
        (await RefusedAsync(host, order with { Evaluation = foreign })).ShouldContain("no evaluation of the adapter");
        var withoutTask = await CommitAsync(host, "evaluation", "results.json", new() { ["adapter"] = adapter.Sha256 });
        (await RefusedAsync(host, order with { Evaluation = withoutTask })).ShouldContain("on its task");

        // With its own it is registered; when that is gone, nothing is registered on it any more.
        var training = new TrainAdapterInput
        {
            Dataset = tiny.Dataset,
            BaseModel = tiny.BaseModel,
            Train = Host.Training with { MaxSteps = 1 },
        };
        var trained = (await Host.Attempt(1).RunAsync(() => host.Trainer.TrainAdapterAsync(training))).Adapter;
        var own = await CommitAsync(
            host, "evaluation", "results.json", new() { ["adapter"] = trained.Sha256, ["task"] = "0.9" });
        var evaluated = order with
        {
            Adapter = trained,
            Evaluation = own,
            BaseLicence = "LicenseRef-Debian-Metadata",
            DataLicences = ["MIT"]
        };
        (await Host.Attempt(1).RunAsync(() => host.Registry.RegisterAdapterAsync(evaluated))).Version.ShouldBe(1);
        await store.DeleteAsync($"manifests/evaluation/{own.Sha256}.json", TestContext.Current.CancellationToken);
        (await RefusedAsync(host, evaluated)).ShouldContain("no evaluation of the adapter");
    }

    private static async Task<string> RefusedAsync(Host host, RegisterAdapterInput order)
    {
        var licensed = order with { BaseLicence = "MIT", DataLicences = ["MIT"] };
        var failure = await Should.ThrowAsync<ApplicationFailureException>(
            () => Host.Attempt(1).RunAsync(() => host.Registry.RegisterAdapterAsync(licensed)));
        (failure.ErrorType, failure.NonRetryable).ShouldBe((ErrorTypes.Integrity, true));
        return failure.Message;
    }

    private static async Task<ArtifactRef> CommitAsync(
        Host host, string kind, string file, Dictionary<string, string> properties)
    {
        var folder = host.Artifacts.NewFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, file), $"{{\"id\":\"{Guid.NewGuid()}\"}}");
        return await host.Artifacts.CommitAsync(kind, folder, properties, null, CancellationToken.None);
    }
}
