using Amazon.Runtime;
using Pipeline.Registry.Storage.S3;

namespace Pipeline.Data.Tests.Cli;

/// <summary>The verbs on a bucket, and what they say about what they cannot use.</summary>
[Trait("Tier", "workflow")]
public sealed class BucketTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Verbs_OnABucket_GiveWhatTheyGiveOnFiles()
    {
        using var server = await S3Server.StartAsync(_folder.Combine("s3"));
        var bucket = _folder.Combine("s3", S3Server.Bucket); // the server keeps objects as files
        Ingest.MixedObjects.Write(_folder.Combine("raw"));
        var random = new Random(5);
        File.WriteAllLines(_folder.Combine("raw", "z.jsonl"), Enumerable.Range(0, 100).Select(_ =>
            $"{{\"text\":\"{string.Join(' ', Enumerable.Range(0, 9).Select(_ => $"w{random.Next(99)}"))} x@a.org\"}}"));
        await UploadAsync(server);
        string[] stages = ["ingest", "holdout", "clean", "dedup", "split"];
        foreach (var (stage, before) in stages.Zip(["raw", .. stages]))
        {
            string[] more = stage == "ingest" ? ["--bad-share", "0.2"] : [];
            await RunAsync(server, ["data", stage, _folder.Combine(before), "--out", _folder.Combine(stage), .. more]);
            await RunAsync(
                server, ["data", stage, $"s3://{S3Server.Bucket}/{(before == "raw" ? "in" : before)}", "--out",
                $"s3://{S3Server.Bucket}/{stage}", .. more]);
            foreach (var path in Directory.GetFiles(_folder.Combine(stage), "*", SearchOption.AllDirectories)
                .Where(path => stage != "ingest" || !path.EndsWith("summary.json", StringComparison.Ordinal)))
            {
                var name = Path.GetRelativePath(_folder.Path, path);
                (await File.ReadAllTextAsync(Path.Combine(bucket, name), TestContext.Current.CancellationToken))
                    .ShouldBe(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken), name);
            }
        }

        string[] places = [.. stages.Select(stage => $"s3://{S3Server.Bucket}/{stage}")];
        await RunAsync(server, ["data", "report", .. places, "--out", _folder.Combine("s3.html")]);
        string[] folders = [.. stages.Select(stage => _folder.Combine(stage))];
        await RunAsync(server, ["data", "report", .. folders, "--out", _folder.Combine("files.html")]);
        File.ReadAllText(_folder.Combine("s3.html")).ShouldBe(File.ReadAllText(_folder.Combine("files.html")));
    }

    [Theory]
    [InlineData(3, "there is no folder", "ingest", "RAW/nope", "--out", "OUT")]
    [InlineData(3, "matches '*.nothing'", "ingest", "RAW", "--out", "OUT", "--glob", "*.nothing")]
    [InlineData(3, "allow more than", "ingest", "RAW", "--out", "OUT")]
    [InlineData(3, "holds no finished ingest", "ingest", "RAW", "--out", "OUT", "--since", "RAW")]
    [InlineData(2, "lies in the folder that is taken in", "ingest", "RAW", "--out", "RAW/out")]
    [InlineData(3, "there is no file", "clean", "RAW/nope.jsonl", "--out", "OUT")]
    [InlineData(3, "holds no rows.jsonl", "clean", "RAW", "--out", "OUT")]
    [InlineData(3, "none of the 3 rows can be read", "clean", "RAW/b.csv", "--out", "OUT")]
    [InlineData(2, "holds the input", "clean", "RAW/a.jsonl", "--out", "RAW")]
    [InlineData(2, "--key-env", "clean", "RAW/a.jsonl", "--out", "OUT", "--pii", "hash")]
    [InlineData(2, "above 0 and at most 1", "dedup", "RAW/a.jsonl", "--out", "OUT", "--threshold", "7")]
    [InlineData(2, "at least 10 %", "holdout", "RAW/a.jsonl", "--out", "OUT", "--fraction", "0.09")]
    [InlineData(2, "below 1 together", "split", "RAW/a.jsonl", "--out", "OUT", "--test", "0.9", "--validation", "0.2")]
    [InlineData(3, "did not finish there", "report", "RAW", "--out", "OUT.html")]
    [InlineData(4, "cannot be reached", "ingest", "s3://bucket/in", "--out", "OUT")]
    public async Task Verb_WhatCannotBeUsed_IsSaidWithItsCode(int code, string message, params string[] command)
    {
        Ingest.MixedObjects.Write(_folder.Combine("raw"));
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9",
            ["AWS_ACCESS_KEY_ID"] = "key",
            ["AWS_SECRET_ACCESS_KEY"] = "secret",
        };
        var (found, output) = await ToolProcess.RunAsync("", environment, ["data", .. command.Select(part =>
            part.Replace("RAW", _folder.Combine("raw"), StringComparison.Ordinal)
                .Replace("OUT", _folder.Combine("out"), StringComparison.Ordinal))]);
        output.ShouldContain(message);
        output.ShouldNotContain("(Parameter");
        found.ShouldBe(code, output);
    }

    [Fact]
    public async Task Ingest_WrongSecret_IsNotAllowedAndNotShown()
    {
        using var server = await S3Server.StartAsync(_folder.Combine("s3"));
        var environment = Environment(server);
        environment["AWS_SECRET_ACCESS_KEY"] = "not-the-secret-7731";
        var (code, output) = await ToolProcess.RunAsync(
            "", environment, "data", "ingest", $"s3://{S3Server.Bucket}/in", "--out", _folder.Combine("out"));
        code.ShouldBe(7, output);
        output.ShouldContain("check the credentials");
        output.ShouldNotContain("7731");
        foreach (var name in (string[])["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
        {
            environment[name] = "";
        }

        (environment["HOME"], environment["AWS_EC2_METADATA_DISABLED"]) = (_folder.Path, "true");
        (code, output) = await ToolProcess.RunAsync(
            "", environment, "data", "ingest", $"s3://{S3Server.Bucket}/in", "--out", _folder.Combine("out"));
        code.ShouldBe(7, output);
        output.ShouldContain("there are no credentials; set AWS_ACCESS_KEY_ID");
    }

    private static Dictionary<string, string> Environment(S3Server server) => new(StringComparer.Ordinal)
    {
        ["AWS_ENDPOINT_URL"] = server.Endpoint.ToString(),
        ["AWS_REGION"] = "us-east-1",
        ["AWS_ACCESS_KEY_ID"] = S3Server.Key,
        ["AWS_SECRET_ACCESS_KEY"] = S3Server.Key,
    };

    private static async Task RunAsync(S3Server server, string[] command)
    {
        var (code, output) = await ToolProcess.RunAsync("", Environment(server), command);
        code.ShouldBe(0, output);
    }

    private async Task UploadAsync(S3Server server)
    {
        using var store = new S3ObjectStore(
            new S3StoreOptions { Bucket = S3Server.Bucket, Endpoint = server.Endpoint, Prefix = "in" },
            new BasicAWSCredentials(S3Server.Key, S3Server.Key));
        foreach (var path in Directory.GetFiles(_folder.Combine("raw")))
        {
            await using var content = File.OpenRead(path);
            await store.PutAsync(
                Path.GetFileName(path), content, cancellation: TestContext.Current.CancellationToken);
        }
    }
}
