using System.Text;
using System.Text.Json;
using Pipeline.Registry.Tests.Storage;

namespace Pipeline.Data.Tests.Cli;

/// <summary>A user stops the verbs, or the machine does, and starts the same command again.</summary>
[Trait("Tier", "workflow")]
public sealed class InterruptTests : IDisposable
{
    private const int Part = 8 << 20;
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ingest", "ingest.object#2", false), InlineData("ingest", "ingest.object#2", true)]
    [InlineData("clean", "file.write", false), InlineData("clean", "file.write", true)]
    [InlineData("dedup", "dedup.scan#9", false), InlineData("dedup", "dedup.scan#9", true)]
    public async Task Verb_StoppedOrKilledInTheMiddle_SaysHowToGoOnAndGivesTheSameResult(
        string verb, string point, bool killed)
    {
        WriteRows();
        (await RunAsync(verb, "straight", "")).Code.ShouldBe(0);
        var stopped = killed ? await RunAsync(verb, "out", $"{point}=kill") : await InterruptAsync(verb, point);
        stopped.Code.ShouldBe(killed ? 137 : 130, stopped.Output);
        if (!killed)
        {
            stopped.Output.ShouldContain($"stopped; {_folder.Combine("out")} holds no finished result");
            stopped.Output.ShouldContain("Start the same command again");
        }

        // Whatever is there is hidden, a part of an ingest, or nothing.
        Directory.GetFiles(_folder.Combine("out")).ShouldAllBe(path => Path.GetFileName(path).StartsWith('.'));
        if (verb == "ingest")
        {
            Directory.GetFiles(_folder.Combine("out", "parts"), "*.json").Length.ShouldBe(2);
        }

        var again = await RunAsync(verb, "out", "");
        again.Code.ShouldBe(0, again.Output);
        Contents("out").ShouldBe(Contents("straight"));
    }

    [Fact]
    public async Task F01_DownloadKilled_FetchesNoFinishedPartAgain()
    {
        var content = string.Concat(Enumerable.Range(0, 4 * 8192).Select(i => $"{{\"n\":\"{i:D1012}\"}}\n"));
        content.Length.ShouldBeGreaterThan(3 * Part);
        var (open, asked) = (false, new List<(int From, int To)>());
        using var server = new FaultyS3Server((_, line, head) =>
        {
            if (line.Contains("list-type", StringComparison.Ordinal))
            {
                return FaultyS3Server.Answer(200, Listing(content.Length));
            }

            if (Range(head) is not { } range)
            {
                return FaultyS3Server.Answer(404);
            }

            lock (asked)
            {
                if (!open && asked.Count == 2)
                {
                    return null; // two parts arrive, the others hang
                }

                asked.Add(range);
            }

            var (from, to) = (range.From, Math.Min(range.To, content.Length - 1));
            return FaultyS3Server.Answer(206, content[from..(to + 1)],
                $"ETag: \"v1\"\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Range: bytes "
                    + $"{from}-{to}/{content.Length}\r\n");
        });
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["AWS_ENDPOINT_URL"] = server.Endpoint.ToString(),
            ["AWS_REGION"] = "us-east-1",
            ["AWS_ACCESS_KEY_ID"] = "testkey",
            ["AWS_SECRET_ACCESS_KEY"] = "testsecret",
        };
        string[] command = ["data", "ingest", "s3://bucket", "--out", _folder.Combine("out")];
        var killed = await ToolProcess.RunAsync("download.part#2=kill", environment, command);
        killed.Code.ShouldBe(137, killed.Output);
        var first = asked.ToList();
        (open, asked) = (true, []);
        var again = await ToolProcess.RunAsync("", environment, command);
        again.Code.ShouldBe(0, again.Output);
        first.Count.ShouldBe(2);
        asked.Intersect(first).ShouldBeEmpty();
        // Any two may come first, the short one at the end too.
        asked.Concat(first).Sum(range => Math.Min(range.To, content.Length - 1) - range.From + 1)
            .ShouldBe(content.Length);
        File.ReadLines(_folder.Combine("out", "rows.jsonl")).Count().ShouldBe(4 * 8192);
    }

    private static (int From, int To)? Range(string head)
    {
        var line = head.Split("\r\n")
            .FirstOrDefault(line => line.StartsWith("Range:", StringComparison.OrdinalIgnoreCase));
        var ends = line?.Split('=')[1].Split('-');
        return ends is null ? null : (int.Parse(ends[0]), int.Parse(ends[1]));
    }

    private static string Listing(int size) =>
        "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        + "<IsTruncated>false</IsTruncated><Contents><Key>big.jsonl</Key><ETag>\"v1\"</ETag>"
        + $"<Size>{size}</Size><LastModified>2024-01-01T00:00:00.000Z</LastModified></Contents></ListBucketResult>";

    // Rows enough for some checks of the stages behind the point where they are stopped.
    private void WriteRows()
    {
        var random = new Random(3);
        var rows = Enumerable.Range(0, 12_000).Select(i => JsonSerializer.Serialize(new
        {
            id = $"r{i}",
            text = string.Join(' ', Enumerable.Range(0, 20).Select(_ => $"w{random.Next(5000)}")) + $" u{i % 50}@a.org",
        })).ToList();
        File.WriteAllLines(_folder.Combine("in.jsonl"), rows);
        Directory.CreateDirectory(_folder.Combine("raw"));
        foreach (var (part, i) in rows.Chunk(3000).Select((part, i) => (part, i)))
        {
            var path = _folder.Combine("raw", $"part{i}.jsonl");
            File.WriteAllLines(path, part);
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddDays(i)); // it is part of the manifest
        }
    }

    private string[] Command(string verb, string output) => verb == "ingest"
        ? ["data", "ingest", _folder.Combine("raw"), "--workers", "1", "--out", _folder.Combine(output)]
        : ["data", verb, _folder.Combine("in.jsonl"), "--out", _folder.Combine(output)];

    private Task<(int Code, string Output)> RunAsync(string verb, string output, string faults) =>
        ToolProcess.RunAsync(faults, [], Command(verb, output));

    private async Task<(int Code, string Output)> InterruptAsync(string verb, string point)
    {
        // It waits there, so that Ctrl-C comes in the middle of the work.
        using var process = new ToolProcess($"{point}=delay:2000", [], Command(verb, "out"));
        await process.WaitForAsync("fault: delay");
        process.Interrupt();
        return await process.EndAsync();
    }

    private List<(string Name, string Content)> Contents(string output) =>
        [.. Directory.EnumerateFiles(_folder.Combine(output), "*", SearchOption.AllDirectories).Order()
            .Select(path =>
                (Path.GetFileName(path), File.ReadAllText(path).Replace(_folder.Path, "", StringComparison.Ordinal)))];
}
