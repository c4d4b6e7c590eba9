using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Results;
using Pipeline.Evaluation.Tasks;

namespace Pipeline.Evaluation.Tests.Harness;

/// <summary>The section task on the shipped base model, which has not learned it.</summary>
public sealed class SectionTaskTests
{
    [Fact]
    public void Run_BaseModel_AnswersNoRowRightAndIsFoundAgain()
    {
        using var folder = new TempDirectory();
        var task = ChatClassification.Load("section", Fixtures.Require("reference-finetune/heldout.jsonl"), limit: 24);
        using var model = ModelUnderTest.Open(DebianMmlu.Directory);
        var session = new EvaluationSession(model, new PromptOptions(), folder.Path, "base");
        var outcome = session.RunShard(task);
        outcome.Answers[0].Context.ShouldBe(
            $"<|im_start|>user\n{task.Questions[0].Text}<|im_end|>\n<|im_start|>assistant\n");
        outcome.Answers.ShouldAllBe(answer => answer.GeneratedTokens.Count <= 8);
        // Recorded for the base: 0.0 % of 1,000 rows, no answer among the labels.
        outcome.Result.Metrics["acc,none"].Value.ShouldBe(0);
        ChatClassification.Matrix(task, outcome.Answers).Outside.ShouldBe(24);
        var calls = model.Scoring.Calls;
        session.RunShard(task).FromCache.ShouldBeTrue();
        model.Scoring.Calls.ShouldBe(calls);
    }

    [Fact]
    public void Merge_Shards_GivesOneResultWithGroupsAndIdentity()
    {
        using var folder = new TempDirectory();
        using var model = ModelUnderTest.Open(DebianMmlu.Directory);
        var options = new PromptOptions { Limit = 4 };
        var (first, second) = (DebianMmlu.Tasks.Tasks[6], DebianMmlu.Tasks.Tasks[7]);
        var session = new EvaluationSession(model, options, folder.Path, "base");
        TaskResult[] shards = [session.RunShard(second).Result, session.RunShard(first).Result];
        foreach (var shard in shards) ShardJson.Save(shard, folder.Combine($"{shard.Task}.json"));
        var loaded = shards.Select(shard => ShardJson.Load(folder.Combine($"{shard.Task}.json")));
        var results = session.Merge(
            loaded, [new TaskGroup("pair", "pair", [first.Name, second.Name])], session.SelfTest([first, second]));
        results.Groups["pair"].Questions.ShouldBe(8);
        results.BatchInvariant.ShouldBe(true);
        results.Model.BaseModel.ShouldBe(ModelUnderTest.Digest(DebianMmlu.Directory));
        results.Tasks.Select(task => task.Task).ShouldBe([second.Name, first.Name], ignoreOrder: true);
    }
}
