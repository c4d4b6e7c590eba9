namespace Pipeline.EmbeddedTemporal.Tests;

/// <summary>
/// The official web interface in a real browser, against the embedded server and a worker of an official SDK.
/// </summary>
/// <param name="run">The run whose checks are looked at.</param>
[Trait("Tier", "e2e")]
public sealed class WebUiTests(WebUiRun run) : IClassFixture<WebUiRun>
{
    public static TheoryData<string> Checks { get; } =
    [
        "start with JSON and watch", "an update, and one that its validator refuses", "signal and query",
        "reset, with signals applied again",
        "terminate with a reason", "cancel", "current details as markdown", "history in its three views",
        "pending activities with their last failure", "call stack", "workers of a workflow", "search-attribute filter",
        "terminate a batch",
        "create a schedule", "pause, trigger and delete a schedule", "worker deployments",
    ];

    [Theory]
    [MemberData(nameof(Checks))]
    public void Page_InTheBrowser_Works(string check)
    {
        run.Require();
        run.Problem(check).ShouldBeEmpty();
    }

    [Fact]
    public void Checks_OfTheScript_AreAllLookedAt()
    {
        run.Require();
        run.Names.ShouldBe(Checks.Select(row => row.Data), ignoreOrder: true, run.Output);
    }

    [Fact]
    public void Screenshots_OfEveryCheck_AreKept()
    {
        run.Require();
        var shots = Directory.EnumerateFiles(WebUiRun.Shots, "*.png").ToList();
        shots.Count.ShouldBeGreaterThanOrEqualTo(Checks.Count);
        shots.ShouldAllBe(file => new FileInfo(file).Length > 10_000);
    }
}
