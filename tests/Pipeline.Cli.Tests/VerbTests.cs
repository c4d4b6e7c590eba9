using System.Text.Json;
using Pipeline.Cli.Tests.Support;

namespace Pipeline.Cli.Tests;

/// <summary>The verbs as people and scripts use them, against a deployment that <c>up</c> started.</summary>
[Collection(nameof(SharedDeployment))]
[Trait("Tier", "e2e")]
public sealed class VerbTests(SharedDeployment deployment)
{
    [Fact]
    public async Task Run_InATerminal_AsksRefusesTheStarterAndServes()
    {
        await deployment.UpAsync();
        using var terminal = deployment.InTerminal("run", "--recipe", "tiny");
        await terminal.SeeAsync("the promotion awaits 1 of 1 answer(s), from anybody but olga");
        await terminal.SeeAsync("debian-mmlu");
        await terminal.SeeAsync("artifact:gate-evidence/");
        await AnswerAsync(terminal, "olga", "mine");
        await terminal.SeeAsync("not accepted: 'olga' started the run");
        await AnswerAsync(terminal, "ada", "looks good");
        await terminal.SeeAsync("verdict Promoted");
        (await terminal.EndAsync()).ShouldBe(0, terminal.Seen);
        terminal.Seen.ShouldContain("approved by ada: looks good");
        terminal.Seen.ShouldContain("served ");
        terminal.Seen.ShouldContain(" % ");

        var report = await deployment.JsonAsync("report");
        File.Exists(report.GetProperty("path").GetString()).ShouldBeTrue();
        var drift = await ScheduledAsync("reevaluate", "tiny");
        drift.GetProperty("outcome").GetString().ShouldBe("good");

        // Nothing rose, so this bound is missed; an alarm starts a run where a recipe is named.
        await AlarmAsync("reevaluate", "task 0.0 % → 0.0 %", "--max-drop=-1");

        // The shipped base follows no instructions, so it gives no readable mark; no marks raise the alarm too.
        await AlarmAsync("judge", "no readable mark by bookworm-6m", "--answers=2");
    }

    [Fact]
    public async Task Train_CtrlC_EndsAfterItsCheckpointAndGoesOn()
    {
        using var folder = new TempDirectory();
        var config = folder.Combine("train.yaml");
        File.WriteAllText(
            config, "method: lora\nadapter: { rank: 4, alpha: 8, target_modules: [q_proj] }\nmax_steps: 100000\n"
            + "micro_batch: 1\nprecision: float32\nlog_every: 1\neval_every: 0\nsave_every: 0\n");
        string[] command = ["train", "--config", config, "--data", Path.Combine(Repository.Root, "infra",
            "sample-data", "replay.jsonl"), "--model", Path.Combine(Repository.Root, "infra", "models", "bookworm-6m"),
            "--out", folder.Combine("out")];
        using var terminal = deployment.InTerminal(command);
        await terminal.SeeAsync("loss");
        await terminal.InterruptAsync();
        (await terminal.EndAsync()).ShouldBe(130, terminal.Seen);
        // Said before the prompt came back, with the checkpoint on disk.
        terminal.Seen.ShouldContain("stopped; a full checkpoint is written, go on with --resume");
        Directory.GetFiles(folder.Combine("out", "checkpoints"), "*.json", SearchOption.AllDirectories)
            .ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Status_CtrlC_LeavesTheRunAndSaysHowToComeBack()
    {
        await deployment.UpAsync();
        var id = (await deployment.JsonAsync(
            "start", """{"recipe":"watched","baseModel":"bookworm-6m","data":{"source":"debian-sample"},"review":{"waivedBecause":""}}""")).GetProperty("id").GetString() ?? "";
        using var terminal = deployment.InTerminal("status", id, "--watch");
        await terminal.SeeAsync("Enter to leave it to somebody else");
        await terminal.InterruptAsync();
        (await terminal.EndAsync()).ShouldBe(130, terminal.Seen);
        terminal.Seen.ShouldContain($"the run goes on; come back with ./pipeline status {id} --watch");

        var stages = (await deployment.JsonAsync("status", id)).GetProperty("stages").EnumerateArray();
        stages.Single(stage => stage.GetProperty("name").GetString() == "review").GetProperty("state").GetString()
            .ShouldBe("waiting");
        (await deployment.RunAsync("report", id)).Code.ShouldBe(3);
        (await deployment.RunAsync("approve", id, "--as", "olga")).Code.ShouldBe(7);

        // People refuse the rows: the run parks, goes on where it was told to, and is ended.
        // the verb says it
        (await deployment.JsonAsync("reject", id, "--as", "ada", "--reason", "row 3 is nonsense")).GetProperty("said")
            .GetString()!.ShouldStartWith("reject: recorded");
        (await WatchAsync(id)).Code.ShouldBe(3);
        (await deployment.RunAsync("retry", id, "--change", "{broken")).Code.ShouldBe(2);
        (await deployment.RunAsync("retry", id, "--change", """{"train":{"rank":-1}}""")).Code.ShouldBe(7);
        (await deployment.RunAsync("retry", id, "--stage", "review", "--as", "ada")).Code.ShouldBe(0);
        (await deployment.JsonAsync("abort", id, "--as", "ada", "--reason", "enough seen")).GetProperty("id")
            .GetString().ShouldBe(id);
    }

    [Fact]
    public async Task DemoRetrain_ThreeObjects_StartOneRunThatReachesItsEnd()
    {
        await deployment.UpAsync();
        var shown = await deployment.JsonAsync("demo", "retrain", "--approve-as", "ada");
        shown.GetProperty("shown").GetProperty("started").GetInt32().ShouldBe(1);
        shown.GetProperty("result").GetProperty("verdict").GetString().ShouldBe("promoted");
        var own =
            $"finetune:{shown.GetProperty("shown").GetProperty("prefix").GetString()?.Trim('/').Replace('/', '-')}-";
        (await deployment.JsonAsync("status")).EnumerateArray()
            .Count(row => row.GetProperty("id").GetString()?.StartsWith(own, StringComparison.Ordinal) == true)
            .ShouldBe(1);
    }

    [Theory]
    [InlineData(2, "run --recipe {\"train\":{\"rank\":0}}")]
    [InlineData(2, "start nosuch-recipe")]
    [InlineData(2, "status --nosuch")]
    [InlineData(2, "schedule judge --every 0:0:0")]
    [InlineData(2, "config --set gateway.port=0")]
    [InlineData(3, "status finetune:nosuch")]
    [InlineData(3, "approve finetune:nosuch --as ada")]
    [InlineData(3, "schedule now nosuch")]
    [InlineData(3, "logs nosuch")]
    [InlineData(4, "status --set engine.port=1")]
    [InlineData(7, "run --recipe tiny --approve-as olga")]
    public async Task Verb_ThatCannotWork_EndsWithItsCodeAndOneJsonDocument(int code, string line)
    {
        await deployment.UpAsync();
        var answer = await deployment.RunAsync([.. line.Split(' '), "--json"]);
        answer.Code.ShouldBe(code, answer.All);
        answer.Json.GetProperty("error").GetProperty("code").GetInt32().ShouldBe(code);
        // an error has a message
        answer.Error.ShouldContain(answer.Json.GetProperty("error").GetProperty("message").GetString()!.Split('\n')[0]);
        answer.All.ShouldNotContain("(Parameter");
    }

    [Theory]
    [InlineData("up")]
    [InlineData("config")]
    [InlineData("open")]
    [InlineData("logs")]
    [InlineData("status")]
    [InlineData("schedule list")]
    [InlineData("bench")]
    [InlineData("trigger raw/nothing-here/ --recipe tiny")]
    public async Task Verb_WithJson_PrintsOneDocumentAndNothingElse(string line)
    {
        await deployment.UpAsync();
        (await deployment.JsonAsync(line.Split(' '))).ValueKind.ShouldBeOneOf(
            JsonValueKind.Object, JsonValueKind.Array);
    }

    private static async Task AnswerAsync(TerminalSession terminal, string name, string comment)
    {
        await terminal.SeeAsync("Enter to leave it to somebody else: ");
        await terminal.TypeAsync("y");
        await terminal.SeeAsync("your name: ");
        await terminal.TypeAsync(name);
        await terminal.SeeAsync("comment (may be empty): ");
        await terminal.TypeAsync(comment);
    }

    // Without a terminal, a parked run ends the watching with the code of its failure.
    private Task<CliAnswer> WatchAsync(string id) => deployment.RunAsync("status", id, "--watch");

    private async Task AlarmAsync(string kind, string reason, string option)
    {
        const string started = "started ";
        var found = await ScheduledAsync(kind, "tiny", option, "--retrain", "tiny");
        found.GetProperty("outcome").GetString().ShouldBe("alarm");
        var text = found.GetProperty("text").GetString() ?? "";
        text.ShouldContain(reason);
        text.ShouldContain($"{started}finetune:retrain-");
        var retrain = text[(text.IndexOf(started, StringComparison.Ordinal) + started.Length)..];
        (await deployment.JsonAsync("abort", retrain, "--as", "ada", "--reason", "shown")).GetProperty("id").GetString()
            .ShouldBe(retrain);
    }

    private async Task<JsonElement> ScheduledAsync(string kind, string name, params string[] more)
    {
        var id = (await deployment.JsonAsync(["schedule", kind, "--name", name, .. more])).GetProperty("id").GetString()
            ?? "";
        await deployment.JsonAsync("schedule", "now", id);
        try
        {
            while (true)
            {
                var rows = await deployment.JsonAsync("schedule", "show", id);
                if (rows.GetArrayLength() > 0 && rows[0].GetProperty("outcome").GetString() is "good" or "alarm")
                {
                    return rows[0];
                }

                await Task.Delay(1000, TestContext.Current.CancellationToken);
            }
        }
        finally
        {
            await deployment.RunAsync("schedule", "remove", id);
        }
    }
}
