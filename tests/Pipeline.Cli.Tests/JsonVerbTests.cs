using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Cli.Tests.Support;

namespace Pipeline.Cli.Tests;

/// <summary>
/// Every verb that <c>./pipeline help</c> and the <c>--help</c> of its groups name, with <c>--json</c>: one document on
/// standard output, when it works and when it does not.
/// </summary>
[Collection(nameof(SharedDeployment))]
[Trait("Tier", "e2e")]
public sealed partial class JsonVerbTests(SharedDeployment deployment)
{
    private const string Model = "infra/models/bookworm-6m";
    private const string Rows = "infra/sample-data/replay.jsonl";

    // Verbs of the entry script; it takes no option that a verb could find wrong.
    private static readonly string[] OfTheScript = ["help", "doctor", "setup", "build"];
    private static readonly string[] Groups = ["data", "dataset", "deploy", "registry", "registry webhook", "schedule"];

    // Verbs on files in an order in which each finds what it needs; {0} is a folder of the test, {1} the gateway.
    private static readonly string[] OnFiles =
    [
        $"dataset convert {Rows} --format parts",
        "dataset schema",
        $"dataset show {Rows} -m {Model} --count 1",
        $"dataset build {{0}}/rows.jsonl -m {Model} --out {{0}}/dataset",
        $"dataset inspect {{0}}/dataset",
        $"data ingest {{0}}/raw --out {{0}}/ingested",
        $"data holdout {{0}}/text.jsonl --out {{0}}/held",
        $"data clean {{0}}/text.jsonl --out {{0}}/clean",
        $"data label {{0}}/text.jsonl --sample {{0}}/text.jsonl --labels {{0}}/labels.jsonl --out {{0}}/labelled",
        $"data filter {{0}}/text.jsonl --out {{0}}/filtered --score-only",
        $"data dedup {{0}}/text.jsonl --out {{0}}/dedup",
        $"data semantic {{0}}/text.jsonl --out {{0}}/semantic --model {Model}",
        $"data repeats {{0}}/text.jsonl --out {{0}}/repeats",
        $"data decontaminate {{0}}/text.jsonl --out {{0}}/apart --against {{0}}/gate.jsonl",
        $"data split {{0}}/text.jsonl --out {{0}}/split",
        $"data report {{0}}/dedup --out {{0}}/data.html",
        $"tokenize -t {Model} --file {{0}}/gate.jsonl",
        $"inspect {Model}",
        $"train --model {Model} --data {{0}}/rows.jsonl --config {{0}}/recipe.yaml --out {{0}}/trained",
        $"merge --base {Model} --adapter {{0}}/trained/result --out {{0}}/merged",
        $"eval -m {Model} -t debian-mmlu --limit 1 --num-fewshot 0 -o {{0}}/base --cache {{0}}/cache",
        $"eval -m {Model} -a {{0}}/trained/result -t debian-mmlu --limit 1 --num-fewshot 0 -o {{0}}/new "
            + $"--cache {{0}}/cache",
        $"gate -b {{0}}/base/results.json -c {{0}}/new/results.json",
        $"report -b {{0}}/base -c {{0}}/new -o {{0}}/page.html",
        $"judge -m {Model} -a {{0}}/trained/result -j {Model} --limit 1 --max-tokens 4 -o {{0}}/judged",
        $"speed -m {Model} -n 2 -c 1 --max-tokens 2 -o {{0}}/speed",
        $"chat bookworm-6m --url {{1}}/v1 --max-tokens 2",
        "registry list",
        "deploy status",
    ];

    // Why a verb is not run here where it works; what is wrong with it is asked of every verb.
    private static readonly Dictionary<string, string> WorkElsewhere = new(StringComparer.Ordinal)
    {
        ["build"] = "builds the solution",
        ["setup"] = "installs; the verb is run with --no-install",
        ["test"] = "it is what runs this test",
        ["down"] = "would end what other tests use",
        ["serve"] = "runs until it is ended; Serve_SaysInOneDocumentWhereItListens",
        ["data debian"] = "needs the lists of apt; the runs read them",
        ["deploy set"] = "GatewayProcessTests",
        ["deploy rollback"] = "GatewayProcessTests",
        ["registry show"] = "needs a version; RegistryCommandTests",
        ["registry alias"] = "needs a version; RegistryCommandTests",
        ["registry lineage"] = "needs a version; RegistryCommandTests",
        ["registry diff"] = "needs a version; RegistryCommandTests",
        ["registry copy"] = "needs a version; RegistryCommandTests",
        ["registry pull"] = "needs a version; RegistryCommandTests",
        ["registry register-base"] = "RegistryCommandTests",
        ["registry webhook add"] = "RegistryCommandTests",
        ["registry webhook deliver"] = "RegistryCommandTests",
    };

    // Verbs of runs and processes; VerbTests and SecretRunTests read their documents.
    private static readonly string[] OfRuns =
    [
        "run", "up", "start", "status", "logs", "open", "approve", "reject", "waive", "retry", "skip", "abort",
        "trigger", "demo", "config", "bench", "schedule reevaluate", "schedule judge", "schedule list", "schedule now",
        "schedule show", "schedule remove",
    ];

    [Fact]
    public async Task EveryVerb_GivenWhatItDoesNotKnow_SaysSoInOneDocument()
    {
        foreach (var verb in (await VerbsAsync()).Except(OfTheScript))
        {
            var answer = await deployment.RunAsync([.. verb.Split(' '), "--nosuch-option", "--json"]);
            answer.Code.ShouldBeInRange(2, 8, $"{verb}: {answer.All}");
            Document(verb, answer).GetProperty("error").GetProperty("code").GetInt32().ShouldBe(answer.Code, verb);
        }
    }

    [Fact]
    public async Task EveryVerb_IsShownAtWorkHereOrElsewhere() =>
        (await VerbsAsync()).Except(OfTheScript.Except(WorkElsewhere.Keys)).Except(OfRuns)
            .Except(WorkElsewhere.Keys).Except(OnFiles.Select(NameOf)).ShouldBeEmpty("verbs that no test runs");

    [Theory]
    [InlineData("help")]
    [InlineData("doctor")]
    [InlineData("setup --no-install")]
    public async Task VerbOfTheScript_PrintsOneDocument(string line)
    {
        var answer = await deployment.ScriptAsync([.. line.Split(' '), "--json"]);
        answer.Code.ShouldBeOneOf(0, 8);
        Document(line, answer).ValueKind.ShouldBe(JsonValueKind.Object);
    }

    [Fact]
    public async Task VerbsOnFiles_AtWork_PrintOneDocument()
    {
        await deployment.UpAsync();
        var folder = deployment.Folder("files");
        Prepare(folder);
        foreach (var line in OnFiles)
        {
            var words = line.Replace("{0}", folder, StringComparison.Ordinal)
                .Replace("{1}", deployment.GatewayUrl, StringComparison.Ordinal).Split(' ');
            var answer = await deployment.RunAsync([.. words, "--json"]);
            // A gate that says no has worked.
            answer.Code.ShouldBe(line.StartsWith("gate ", StringComparison.Ordinal) ? 5 : 0, $"{line}: {answer.All}");
            Document(line, answer).ValueKind.ShouldBeOneOf(JsonValueKind.Object, JsonValueKind.Array);
        }
    }

    [Fact]
    public async Task Serve_SaysInOneDocumentWhereItListens()
    {
        var said = await deployment.FirstDocumentAsync("serve", "--model", Model, "--port", "0", "--no-store");
        said.GetProperty("address").GetString().ShouldStartWith("http://127.0.0.1:");
        said.GetProperty("model").GetString().ShouldBe("bookworm-6m");
        said.GetProperty("adapters").GetInt32().ShouldBe(0);
    }

    private static void Prepare(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "raw"));
        var texts = Enumerable.Range(0, 40).Select(i => JsonSerializer.Serialize(
            new { id = $"r{i}", text = $"Row {i} is about device {i * 37} and the {i % 7} ways to mend it again." }));
        File.WriteAllLines(Path.Combine(folder, "text.jsonl"), texts);
        File.Copy(Path.Combine(folder, "text.jsonl"), Path.Combine(folder, "raw", "text.jsonl"));
        File.WriteAllText(Path.Combine(folder, "labels.jsonl"),
            "{\"id\":\"r1\",\"label\":\"good\",\"annotator\":\"ada\",\"at\":\"2026-01-31T12:00:00Z\"}\n");
        File.WriteAllLines(Path.Combine(folder, "gate.jsonl"), [JsonSerializer.Serialize(
            new { question = "Which of these belongs to nothing that was ever asked in a row of this file?",
                answer = "none" })]);
        File.WriteAllLines(Path.Combine(folder, "rows.jsonl"), Enumerable.Range(0, 8).Select(i =>
            JsonSerializer.Serialize(new { prompt = $"Name {i}?", completion = $"It is {i}." })));
        File.WriteAllText(
            Path.Combine(folder, "recipe.yaml"),
            "max_steps: 1\nmicro_batch: 2\nthreads: 1\neval_every: 0\nsave_every: 0\nprecision: float32\n");
    }

    // Verbs of the help page, groups replaced by what is in them.
    private async Task<List<string>> VerbsAsync()
    {
        var help = await deployment.ScriptAsync("help", "--json");
        var verbs = Document("help", help).GetProperty("verbs").EnumerateArray()
            .Select(verb => verb.GetProperty("name").GetString() ?? "").ToList();
        verbs.Count.ShouldBeGreaterThan(30);
        foreach (var group in Groups)
        {
            verbs.Remove(group).ShouldBeTrue($"{group} is no verb of the help page");
            var page = (await deployment.RunAsync([.. group.Split(' '), "--help"])).Output;
            verbs.AddRange(Subcommand().Matches(page[page.IndexOf("Commands:", StringComparison.Ordinal)..])
                .Select(match => $"{group} {match.Groups[1].Value}"));
        }

        return verbs;
    }

    private static string NameOf(string line) => string.Join(
        ' ', line.Split(' ').Take(Groups.Contains(line.Split(' ')[0]) ? 2 : 1));

    private static JsonElement Document(string line, CliAnswer answer)
    {
        try
        {
            return answer.Json;
        }
        catch (JsonException exception)
        {
            Assert.Fail($"{line}: {exception.Message}\n{answer.All}");
            throw;
        }
    }

    [GeneratedRegex("^  ([a-z][a-z-]*)", RegexOptions.Multiline)]
    private static partial Regex Subcommand();
}
