using System.Text.Json;
using Amazon.Runtime;
using DuckDB.NET.Data;
using Pipeline.Data.Readers;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Tests.Harness;
using Pipeline.Registry.Storage.S3;

namespace Pipeline.Evaluation.Tests.EndToEnd;

/// <summary>
/// Benchmarks in an object store: the three layouts that MMLU is published in give the same questions and the same
/// answers.
/// </summary>
[Trait("Tier", "e2e")]
public sealed class BenchmarksFromS3Tests
{
    private static readonly string[] Layouts = ["csv", "lines", "parquet"];

    [Fact]
    public async Task S1_25_MmluLayoutsInS3_GiveTheSamePromptsAndLikelihoods()
    {
        using var folder = new TempDirectory();
        using var server = await S3Server.StartAsync(folder.Combine("s3"));
        MakeLayouts(folder);
        using var store = StoreOf(server);
        await UploadAsync(store, folder.Combine("local"));

        var (code, output, error) = await EvaluateAsync(server, folder, string.Join(',', Layouts));
        (code, error).ShouldBe((0, ""), output);
        var answers = Layouts.Select(layout => Directory.GetFiles(folder.Combine("out"), $"samples_{layout}_*.jsonl")
            .Order().SelectMany(AnswerFile.Read).ToList()).ToList();
        answers[0].Select(answer => answer.Target).ShouldBe(["D", "A", "C"]);
        answers[0][1].Context.ShouldContain("Question, with \"comma\" 1?");
        foreach (var other in answers.Skip(1))
        {
            other.Select(answer => answer.Prompt).ShouldBe(answers[0].Select(answer => answer.Prompt));
            other.SelectMany(answer => answer.LogLikelihoods)
                .ShouldBe(answers[0].SelectMany(answer => answer.LogLikelihoods));
        }
    }

    [Fact]
    public async Task B55_BenchmarkChangedInS3_IsReadAgainAndAskedAnew()
    {
        using var folder = new TempDirectory();
        using var server = await S3Server.StartAsync(folder.Combine("s3"));
        MakeLayouts(folder);
        using var store = StoreOf(server);
        await UploadAsync(store, folder.Combine("local"));
        (await EvaluateAsync(server, folder, "csv")).Output.ShouldContain("1 questions");
        (await EvaluateAsync(server, folder, "csv")).Output.ShouldContain("0 model calls");
        // One subject is withdrawn, a row is added to the other.
        await store.DeleteAsync("csv/test/maps_test.csv", cancellation: TestContext.Current.CancellationToken);
        await PutAsync(store, "csv/test/clay_test.csv",
            File.ReadAllText(folder.Combine("local", "csv", "test", "clay_test.csv")) + "More?,1,2,3,4,B\n");
        var (code, output, error) = await EvaluateAsync(server, folder, "csv");
        (code, error).ShouldBe((0, ""));
        output.ShouldContain("csv_clay");
        output.ShouldContain("3 questions");
        output.ShouldNotContain("csv_maps");
        (await EvaluateAsync(server, folder, "nothing")).ShouldSatisfyAllConditions(
            result => result.Code.ShouldBe(3),
            result => result.Error.ShouldContain("there is no task 'nothing'; known are csv, lines, parquet"));
    }

    private static Task<(int Code, string Output, string Error)> EvaluateAsync(
        S3Server server, TempDirectory folder, string tasks) => Verb.RunAsync(
        new Dictionary<string, string>
        {
            ["PIPELINE_STORE__S3__ENDPOINT"] = server.Endpoint.ToString(),
            ["AWS_ACCESS_KEY_ID"] = S3Server.Key,
            ["AWS_SECRET_ACCESS_KEY"] = S3Server.Key,
        },
        ["eval", "--model", DebianMmlu.Directory, "--tasks", tasks, "--benchmarks", $"s3://{S3Server.Bucket}",
            "--num-fewshot", "1", "--threads", "1",
            "--cache", folder.Combine("cache"), "--out", folder.Combine("out")]);

    // Two subjects, one worked example each, three questions; the same content in each layout.
    private static void MakeLayouts(TempDirectory folder)
    {
        (string Split, string Subject, string Csv)[] files =
        [
            ("dev", "clay", "\"Example \"\"one\"\", of clay?\",1,2,3,4,A\n"),
            ("dev", "maps", "Example of maps?,1,2,3,4,B\n"),
            ("test", "clay", "Question 0?,a,b,c,d,D\n\"Question, with \"\"comma\"\" 1?\",a,b,c,d,A\n"),
            ("test", "maps", "Question 2?,a,b,c,d,C\n"),
        ];
        foreach (var (split, subject, csv) in files) Write(
            folder.Combine("local", "csv", split, $"{subject}_{split}.csv"), csv);
        DuckDbLibrary.EnsureLoaded();
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        foreach (var split in files.Select(file => file.Split).Distinct())
        {
            var lines = folder.Combine("local", "lines", $"{split}.jsonl");
            Write(lines,
                string.Concat(
                    files.Where(file => file.Split == split).SelectMany(file => Lines(file.Subject, file.Csv))));
            var columns = folder.Combine("local", "parquet", "all", $"{split}-00000-of-00001.parquet");
            Directory.CreateDirectory(Path.GetDirectoryName(columns)!);
            using var command = connection.CreateCommand();
            command.CommandText = $"COPY (SELECT * FROM read_json('{lines}')) TO '{columns}' (FORMAT parquet)";
            command.ExecuteNonQuery();
        }
    }

    private static IEnumerable<string> Lines(string subject, string csv) => csv.Split(
        '\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
    {
        var cells = line.Split(',');
        var question = string.Join(',', cells[..^5]).Trim('"').Replace("\"\"", "\"", StringComparison.Ordinal);
        return JsonSerializer.Serialize(
            new
            {
                subject,
                question,
                choices = cells[^5..^1],
                answer = "ABCD".IndexOf(cells[^1], StringComparison.Ordinal)
            }) + "\n";
    });

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private static S3ObjectStore StoreOf(S3Server server) => new(
        new S3StoreOptions { Bucket = S3Server.Bucket, Endpoint = server.Endpoint },
        new BasicAWSCredentials(S3Server.Key, S3Server.Key));

    private static async Task UploadAsync(S3ObjectStore store, string folder)
    {
        foreach (var file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
        {
            await using var content = File.OpenRead(file);
            await store.PutAsync(
                Path.GetRelativePath(folder, file), content, cancellation: TestContext.Current.CancellationToken);
        }
    }

    private static async Task PutAsync(S3ObjectStore store, string key, string text)
    {
        using var content = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        await store.PutAsync(key, content, cancellation: TestContext.Current.CancellationToken);
    }
}
