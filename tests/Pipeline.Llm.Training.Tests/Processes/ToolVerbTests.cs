using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pipeline.Llm.Configuration;
using Pipeline.Llm.Merging;
using Pipeline.Llm.Models;

namespace Pipeline.Llm.Training.Tests.Processes;

/// <summary>The verbs for people, each in a process of its own.</summary>
[Trait("Tier", "e2e")]
public sealed class ToolVerbTests : IDisposable
{
    private static readonly string Model = Path.Combine(Repository.Root, "infra", "models", "bookworm-6m");
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("dpo", 0.6931)]
    [InlineData("ipo", 25.0)]
    [InlineData("kto", 0.5)]
    [InlineData("orpo", null)]
    [InlineData("simpo", null)]
    public void Train_PreferenceRows_StartsAtTheFormulasValueAndWritesAnAdapter(string method, double? start)
    {
        var (code, _, errors) = Train(method, method == "kto" ? "rows-kto" : "rows");
        code.ShouldBe(0, errors);
        File.Exists(_folder.Combine("out", "result", "adapter_model.safetensors")).ShouldBeTrue();
        var logs = File.ReadLines(_folder.Combine("out", "events.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("loss").GetDouble()).ToList();
        logs.Count.ShouldBe(3);
        logs.ShouldAllBe(loss => double.IsFinite(loss));
        if (start is { } expected)
        {
            logs[0].ShouldBe(expected, 1e-3 * expected);
        }
    }

    [Fact]
    public void Train_PreferenceRowsThatDoNotFit_AreRefusedByName()
    {
        Train("dpo", "rows-kto").Errors.ShouldContain("has no rejected answer; Pairs cannot use it");
        Train("kto", "rows").Errors.ShouldContain("split the pair into a good and a bad row");
        var (code, _, errors) = Train(null, "rows");
        code.ShouldBe(2);
        errors.ShouldContain("row 'rows.jsonl:1' states a preference; say with preference.method");
    }

    [Fact]
    public void InspectAndMerge_OfATrainedAdapter_DescribeItAndKeepItsAnswers()
    {
        Train(null, "rows-plain").Code.ShouldBe(0);
        var adapter = _folder.Combine("out", "result");
        var model = Facts("inspect", Model, "--json");
        model["kind"].ShouldBe("model");
        model["parameters"]
            .ShouldBe(
                ModelShapes.ParameterCount(ModelConfigReader.Read(Model)).ToString("N0", CultureInfo.InvariantCulture));
        model["memory QLora"].ShouldContain("GB = weights");
        var facts = Facts("inspect", adapter, "--base", Model, "--json");
        facts["kind"].ShouldBe("adapter");
        facts["rank, alpha"].ShouldBe("4, 8");
        facts["parameters"].ShouldContain("trainable params");

        var merged = _folder.Combine("merged");
        var (code, output, errors) = Run("merge", "--base", Model, "--adapter", adapter, "--out", merged);
        code.ShouldBe(0, errors);
        output.Trim().ShouldBe(merged);
        var report = MergeParity.Run(Model, adapter, merged, [[20, 57, 3, 99], [140, 7]],
            new() { Threads = 1, NewTokens = 8, EqualPrompts = 0 });
        report.Passed.ShouldBeTrue(string.Join("; ", report.Reasons));
        report.MaxDifference.ShouldBeGreaterThan(0);

        (code, _, errors) = Run("merge", "--base", Model, "--adapter", adapter, "--out", merged);
        code.ShouldBe(2);
        errors.ShouldContain("is not empty; name a new directory with --out");
        Run("merge", "--adapter", $"{adapter}=0.5", $"{adapter}=0.5", "--kind", "linear", "--out",
            _folder.Combine("mean")).Code.ShouldBe(0);
        Facts("inspect", _folder.Combine("mean"), "--json")["rank, alpha"].ShouldStartWith("4,");
        Run("inspect", _folder.Combine("nowhere")).Code.ShouldBe(3);
    }

    private Dictionary<string, string> Facts(params string[] arguments)
    {
        var (code, output, errors) = Run(arguments);
        code.ShouldBe(0, errors);
        return JsonSerializer.Deserialize<Dictionary<string, string>>(output).ShouldNotBeNull();
    }

    private (int Code, string Output, string Errors) Train(string? method, string rows)
    {
        File.WriteAllText(_folder.Combine("recipe.yaml"), $$"""
            adapter: {rank: 4, alpha: 8, dropout: 0}
            learning_rate: 1e-3
            max_steps: 3
            micro_batch: 2
            precision: float32
            threads: 1
            log_every: 1
            eval_every: 0
            save_every: 0
            preference: {{(method is null ? "" : $"\n  method: {method}")}}
            """);
        File.WriteAllLines(_folder.Combine("rows.jsonl"), rows switch
        {
            "rows-kto" => Enumerable.Range(0, 4)
                .Select(i => Json(new { prompt = $"Name {i}?", completion = $"It is {i}.", label = i % 2 == 0 })),
            "rows-plain" => Enumerable.Range(0, 4)
                .Select(i => Json(new { prompt = $"Name {i}?", completion = $"It is {i}." })),
            _ => Enumerable.Range(0, 4)
                .Select(i => Json(new { prompt = $"Name {i}?", chosen = $"It is {i}.", rejected = "No idea." })),
        });
        return Run(
            "train", "--config", _folder.Combine("recipe.yaml"), "--data", _folder.Combine("rows.jsonl"), "--model",
            Model, "--out", _folder.Combine("out"));
    }

    private static string Json(object row) => JsonSerializer.Serialize(row);

    private static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Pipeline.Tools.dll"));
        arguments.ToList().ForEach(start.ArgumentList.Add);
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
