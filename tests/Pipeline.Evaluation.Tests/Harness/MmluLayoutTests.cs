using DuckDB.NET.Data;
using Pipeline.Data.Readers;
using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Tasks;

namespace Pipeline.Evaluation.Tests.Harness;

/// <summary>B55: a benchmark that is not what it should be is refused.</summary>
public sealed class MmluLayoutTests
{
    private const string Good = """{"subject":"clay","question":" Q? ","choices":["a","b","c","d"],"answer":1}""";

    [Fact]
    public void Load_OriginalCsvTree_GivesTheSameQuestionsAsJsonLines()
    {
        using var folder = new TempDirectory();
        Write(folder, "csv/dev/clay_dev.csv", "\"Q, with comma?\",a,\"b \"\"x\"\"\",c,d,B\n");
        Write(folder, "csv/test/clay_test.csv", "Plain?,1,2,3,4,D\n");
        Write(folder, "lines/dev.jsonl",
            """{"subject":"clay","question":"Q, with comma?","choices":["a","b \"x\"","c","d"],"answer":1}""" + "\n");
        Write(folder, "lines/test.jsonl",
            """{"subject":"clay","question":"Plain?","choices":["1","2","3","4"],"answer":"D"}""" + "\n");
        var (csv, lines) = (MmluTasks.Load("m", folder.Combine("csv")), MmluTasks.Load("m", folder.Combine("lines")));
        csv.Tasks.ShouldHaveSingleItem().Digest.ShouldBe(lines.Tasks.ShouldHaveSingleItem().Digest);
        csv.Tasks[0].Questions[0].Gold.ShouldBe(3);
    }

    [Fact]
    public void S1_25_Prompt_TwoShots_IsLaidOutAsPublished()
    {
        using var folder = new TempDirectory();
        Write(folder, "dev.jsonl", Good + "\n" + Good.Replace("clay", "old_maps") + "\n");
        Write(folder, "test.jsonl", Good.Replace("clay", "old_maps") + "\n");
        var task = MmluTasks.Load("m", folder.Path).Tasks.ShouldHaveSingleItem();
        new PromptBuilder(new PromptOptions { Shots = 1 }).Build(task, task.Questions[0]).ShouldSatisfyAllConditions(
            prompt => prompt.Context.ShouldBe(
                "The following are multiple choice questions (with answers) about old maps.\n\nQ?\nA. a\nB. b\nC. "
                    + "c\nD. d\nAnswer: B\n\nQ?\nA. a\nB. b\nC. c\nD. d\nAnswer:"),
            prompt => prompt.Continuations.ShouldBe([" A", " B", " C", " D"]));
    }

    [Theory]
    [InlineData("clay/test-00000-of-00001.parquet", "clay/dev-00000-of-00001.parquet")]
    [InlineData("all/test-00000-of-00001.parquet", "all/dev-00000-of-00001.parquet")]
    public void S1_25_Load_ParquetTree_GivesTheSameQuestionsAsJsonLines(string test, string dev)
    {
        using var folder = new TempDirectory();
        Write(folder, "lines/dev.jsonl", Good + "\n");
        Write(folder, "lines/test.jsonl", Good + "\n" + Good.Replace("Q?", "R?") + "\n");
        foreach (var (name, source) in (ReadOnlySpan<(string, string)>)[(test, "test"), (dev, "dev")])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.Combine("parquet", name))!);
            DuckDbLibrary.EnsureLoaded();
            using var connection = new DuckDBConnection("DataSource=:memory:");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText =
                $"COPY (SELECT * FROM read_json('{folder.Combine("lines", source + ".jsonl")}')) TO "
                    + $"'{folder.Combine("parquet", name)}' (FORMAT parquet)";
            command.ExecuteNonQuery();
        }

        var (columns, lines) =
            (MmluTasks.Load("m", folder.Combine("parquet")), MmluTasks.Load("m", folder.Combine("lines")));
        columns.Tasks.ShouldHaveSingleItem().Digest.ShouldBe(lines.Tasks.ShouldHaveSingleItem().Digest);
        columns.Tasks[0].Questions.Count.ShouldBe(2);
    }

    [Fact]
    public void Prompt_ShotSeed_DrawsOthersForEachQuestionAndTheSameAgain()
    {
        using var folder = new TempDirectory();
        Write(folder, "dev.jsonl",
            string.Concat(Enumerable.Range(0, 20).Select(i => Good.Replace("Q?", $"example {i}?") + "\n")));
        Write(folder, "test.jsonl", Good.Replace("Q?", "example 3?") + "\n" + Good + "\n");
        var task = MmluTasks.Load("m", folder.Path).Tasks.ShouldHaveSingleItem();
        string Prompt(long? seed, int question) =>
            new PromptBuilder(new PromptOptions { Shots = 4, ShotSeed = seed })
                .Build(task, task.Questions[question]).Context;
        Prompt(7, 1).ShouldBe(Prompt(7, 1));
        Prompt(7, 1).ShouldNotBe(Prompt(8, 1));
        Prompt(7, 1).ShouldNotBe(Prompt(null, 1));
        for (var seed = 0; seed < 40; seed++) Prompt(seed, 0).Split("example 3?").Length.ShouldBe(2);
    }

    [Theory]
    [InlineData("""{"subject":"clay","question":"Q","choices":["a","b","c","d"],"answer":4}""", "the answer is '4'")]
    [InlineData("""{"subject":"clay","question":"Q","choices":["a","b","c","d"],"answer":"E"}""", "the answer is 'E'")]
    [InlineData("""{"subject":"clay","question":"Q","choices":["a","b","c"],"answer":0}""",
        "needs four choices, this one has 3")]
    [InlineData("""{"subject":"clay","choices":["a","b","c","d"],"answer":0}""", "'question' is missing")]
    [InlineData("""{"question":"Q","choices":["a","b","c","d"],"answer":0}""", "'subject' is missing")]
    public void B55_WrongRow_IsRefusedByFileAndRow(string row, string reason)
    {
        using var folder = new TempDirectory();
        Write(folder, "dev.jsonl", Good + "\n");
        Write(folder, "test.jsonl", Good + "\n" + row + "\n");
        var error = Should.Throw<TaskFormatException>(() => MmluTasks.Load("m", folder.Path));
        error.Message.ShouldContain(reason);
        error.Message.ShouldContain("test.jsonl, row 2");
    }

    [Fact]
    public void B55_ChangedFile_IsRefusedWithTheExpectedDigest()
    {
        using var folder = new TempDirectory();
        Write(folder, "dev.jsonl", Good + "\n");
        Write(folder, "test.jsonl", Good + "\n");
        Write(folder, "SHA256SUMS", new string('a', 64) + "  test.jsonl\n");
        Should.Throw<TaskFormatException>(() => MmluTasks.Load("m", folder.Path)).Message.ShouldContain(
            "expected sha256 " + new string('a', 64));
    }

    [Fact]
    public void B55_NoQuestions_NamesTheLayouts()
    {
        using var folder = new TempDirectory();
        Should.Throw<TaskFormatException>(() => MmluTasks.Load("m", folder.Path)).Message.ShouldContain("dev.jsonl");
    }

    [Fact]
    public void Variants_HaveNamesOfTheirOwn()
    {
        using var folder = new TempDirectory();
        Write(folder, "dev.jsonl", Good + "\n");
        Write(folder, "test.jsonl", Good + "\n");
        var names = Enum.GetValues<MmluVariant>()
            .Select(variant => MmluTasks.Load("m", folder.Path, variant).Tasks[0].Name);
        names.ShouldBe(["m_clay", "m_continuation_clay", "m_generative_clay"]);
    }

    private static void Write(TempDirectory folder, string name, string text)
    {
        var path = folder.Combine(name.Split('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
