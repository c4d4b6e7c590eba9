using Pipeline.Registry.Storage.Directories;
using Pipeline.Workflows;
using Pipeline.Workflows.Contracts;
using Pipeline.Workflows.Inputs;
using Temporalio.Exceptions;

namespace Pipeline.Activities.Tests;

/// <summary>What the first stage finds out before anything is computed.</summary>
[Trait("Tier", "e2e")]
public sealed class RunActivitiesTests
{
    [Theory]
    [InlineData("store:raw/x/", "", "", false)]
    [InlineData("store:raw/x/", "MIT", "", true)]
    [InlineData("store:raw/x/", "", "our own tickets", true)]
    [InlineData("debian-sample", "", "", true)]
    public async Task PrepareRun_LicenceOfTheRows_BlocksBeforeAnyComputeIsSpent(
        string source, string licence, string waiver, bool allowed)
    {
        using var folder = new TempDirectory();
        var host = new Host(new DirectoryObjectStore(folder.Combine("store")), folder.Combine("host"));
        var input = new FineTuneInput { Owner = "olga", Data = new() { Source = source, Licence = licence } };
        input = input with { Package = input.Package with { LicenceWaiver = waiver } };
        Task<RunContext> PrepareAsync() =>
            Host.Attempt(1).RunAsync(() => host.Run.PrepareRunAsync(new(input, "finetune:test")));
        if (allowed)
        {
            (await PrepareAsync()).DataLicence.ShouldNotBeEmpty();
            return;
        }

        var failure = await Should.ThrowAsync<ApplicationFailureException>(PrepareAsync);
        (failure.ErrorType, failure.NonRetryable).ShouldBe((ErrorTypes.LicenceBlocked, true));
        failure.Message.ShouldContain("LicenseRef-Unknown");
        failure.Message.ShouldContain("name the licence of the rows in data.licence");
        Directory.EnumerateFiles(folder.Combine("store"), "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }
}
