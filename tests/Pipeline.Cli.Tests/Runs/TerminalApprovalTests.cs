using Pipeline.Cli.Runs;
using Pipeline.Workflows.Approvals;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Cli.Tests.Runs;

/// <summary>What the person at the terminal is shown and asked.</summary>
public sealed class TerminalApprovalTests
{
    private const string Digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private static readonly DateTime Now = new(2026, 5, 1, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task Yes_AfterSeeingTheGate_NameAndComment()
    {
        var (decision, shown) = await AskAsync(Request(), "what?", "y", "", "ada", "numbers are good");
        decision.ShouldNotBeNull();
        (decision.Yes, decision.Input.By, decision.Input.Reason, decision.Input.Digest, decision.KeyFile)
            .ShouldBe((true, "ada", "numbers are good", Digest, ""));
        foreach (var part in new[] { "debian-mmlu", "0.5200", "0.5070", "drop of at most 2 points",
            "artifact:gate-evidence/feed", Digest, "from anybody but olga", "2026-05-15" })
        {
            shown.ShouldContain(part);
        }
    }

    [Fact]
    public async Task No_NeedsAReason()
    {
        var (decision, shown) = await AskAsync(Request(), "n", "ada", "", "forgot too much");
        decision.ShouldNotBeNull();
        (decision.Yes, decision.Input.Reason).ShouldBe((false, "forgot too much"));
        shown.ShouldContain("needed; why:");
    }

    [Fact]
    public async Task KeysInTheSettings_AsksForTheKeyFile()
    {
        var (decision, _) = await AskAsync(
            Request() with { PublicKeys = new Dictionary<string, string> { ["ada"] = "key" } }, "y", "ada", "",
            "/keys/ada.pem");
        decision.ShouldNotBeNull().KeyFile.ShouldBe("/keys/ada.pem");
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task EnterOrEndOfInput_LeavesItToSomebodyElse(string? line) =>
        (await AskAsync(Request(), line is null ? [] : [line])).Decision.ShouldBeNull();

    [Fact]
    public async Task AnsweredInTheWebUi_StopsAsking()
    {
        await using var shown = new StringWriter();
        using var silent = new SilentReader();
        var decision = await new TerminalApproval(silent, shown, () => Task.FromResult(false))
            .AskAsync(Request(), Report(), TestContext.Current.CancellationToken);
        silent.Leave();
        decision.ShouldBeNull();
        shown.ToString().ShouldContain("decided by somebody else");
    }

    [Fact]
    public void Describe_TextFromData_CannotMoveTheCursor()
    {
        var report = Report();
        var check = report.Gate!.Checks[0] with { Detail = "\u001b[2Jgone" }; // the report of this test has a gate
        ApprovalText.Describe(Request(), report with { Gate = report.Gate with { Checks = [check] } })
            .ShouldNotContain('\u001b');
    }

    private static async Task<(TerminalDecision? Decision, string Shown)> AskAsync(
        ApprovalRequest open, params string[] lines)
    {
        await using var shown = new StringWriter();
        using var typed = new StringReader(string.Join('\n', lines) + (lines.Length > 0 ? "\n" : ""));
        var decision = await new TerminalApproval(typed, shown, () => Task.FromResult(true))
            .AskAsync(open, Report(), TestContext.Current.CancellationToken);
        return (decision, shown.ToString());
    }

    private static ApprovalRequest Request() => new()
    {
        Gate = ApprovalRequest.Promotion,
        Digest = Digest,
        Opened = Now,
        Deadline = Now.AddDays(14),
        EscalatesAt = Now.AddDays(2),
        EvidenceExpires = Now.AddDays(30),
        Required = 1,
        Owner = "olga",
    };

    private static RunReport Report() => new()
    {
        Gate = new GateDecision
        {
            Verdict = GateVerdict.Pass,
            Checks = [new GateCheck("debian-mmlu", GateVerdict.Pass, 0.52, 0.507, "drop of at most 2 points", "")],
            Evidence = new ArtifactRef("artifact:gate-evidence/feed", "feed", 10),
        },
    };

    // Somebody who does not type.
    private sealed class SilentReader : TextReader
    {
        private readonly ManualResetEventSlim _left = new();

        public void Leave() => _left.Set();

        public override string? ReadLine()
        {
            _left.Wait();
            return null;
        }

        protected override void Dispose(bool disposing)
        {
            _left.Dispose();
            base.Dispose(disposing);
        }
    }
}
