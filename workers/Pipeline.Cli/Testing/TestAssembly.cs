using System.Diagnostics;
using System.Globalization;
using System.Xml.Linq;

namespace Pipeline.Cli.Testing;

/// <summary>Runs one test executable (xunit.v3 test projects are programs) and reads its XML report.</summary>
/// <param name="name">Name of the project.</param>
internal sealed class TestAssembly(string name)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    public string Name => name;

    public async Task<TestOutcome> RunAsync(string? text, string? tier, int threads, CancellationToken cancellation)
    {
        var report = Path.Combine(Checkout.State, "logs", "tests", name + ".xml");
        Directory.CreateDirectory(Path.GetDirectoryName(report) ?? Checkout.State);
        File.Delete(report);
        List<string> arguments = [Checkout.Assembly(name), "-noColor", "-noLogo", "-maxThreads",
            threads.ToString(CultureInfo.InvariantCulture), "-xml", report];
        if (text is not null)
        {
            arguments.AddRange(["-method", $"*{text}*"]);
        }

        arguments.AddRange(tier switch
        {
            null => [],
            "unit" => ["-trait-", "Tier=workflow", "-trait-", "Tier=e2e", "-trait-", "Tier=gpu"],
            _ => ["-trait", $"Tier={tier}"],
        });
        var clock = Stopwatch.StartNew();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PIPELINE_ROOT"] = Checkout.Root,
            // assemblies run beside each other
            ["OPENBLAS_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture),
        };
        try
        {
            var (code, output) = await ChildProcess.CaptureAsync("dotnet", arguments, environment, limit.Token);
            await File.WriteAllTextAsync(Path.ChangeExtension(report, ".log"), output, cancellation);
            return Read(report, code, output, clock.Elapsed.TotalSeconds);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new TestOutcome(
                name, 0, [(name, $"did not end within {Limit.TotalMinutes:0} minutes and was stopped")], [],
                clock.Elapsed.TotalSeconds);
        }
    }

    private TestOutcome Read(string report, int code, string output, double seconds)
    {
        if (!File.Exists(report))
        {
            return new TestOutcome(name, 0,
                [(name, $"the test process ended with {code} and left no report:\n{Tail(output)}")], [], seconds);
        }

        var document = XDocument.Load(report);
        var tests = document.Descendants("test").ToList();
        string Result(XElement test) => test.Attribute("result")?.Value ?? "";
        string NameOf(XElement test) => test.Attribute("name")?.Value ?? name;
        var failures = tests.Where(test => Result(test) == "Fail")
            .Select(test =>
                (NameOf(test),
                    $"{test.Element("failure")?.Element("message")?.Value}\n{test.Element("failure")?.Element("stack-trace")?.Value}".Trim()))
            .Concat(document.Descendants("error")
                .Select(error => (error.Attribute("name")?.Value ?? name, error.Value.Trim())))
            .ToList();
        if (code != 0 && failures.Count == 0)
        {
            failures.Add((name, $"the test process ended with {code}:\n{Tail(output)}"));
        }

        return new TestOutcome(
            name, tests.Count(test => Result(test) == "Pass"), failures,
            [.. tests.Where(test => Result(test) == "Skip")
                .Select(test => (NameOf(test), test.Element("reason")?.Value.Trim() ?? "no reason given"))],
            seconds);
    }

    private static string Tail(string output) => string.Join('\n', output.Split('\n').TakeLast(20));
}
