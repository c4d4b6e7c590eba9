namespace Pipeline.Llm.Training.Tests.Processes;

[Trait("Tier", "e2e")]
public sealed class CollapseTests
{
    private const string Recipe = """
        adapter: {rank: 16, alpha: 32, dropout: 0, target_modules: [all-linear]}
        learning_rate: RATE
        schedule: constant
        max_steps: 12
        micro_batch: 16
        precision: float32
        threads: 1
        eval_every: 0
        save_every: 0
        """;

    [Fact]
    public void S2_21_CollapseRecipe_Rate1e2_IsStoppedByTheDivergenceRule()
    {
        using var process = new TrainProcess(Recipe.Replace("RATE", "1e-2"), rows: 192);
        var (code, errors) = process.Run("collapse");
        code.ShouldBe(1, errors);
        errors.ShouldContain("the loss diverged at step");
        errors.ShouldContain("where the untrained weights have");
    }

    [Fact]
    public void HarmfulRecipe_Rate3e3_IsNotADivergence()
    {
        using var process = new TrainProcess(Recipe.Replace("RATE", "3e-3"), rows: 192);
        process.Run("harmful").ExitCode.ShouldBe(
            0, "the rate forgets, which the gates must find, but it learns its task");
    }
}
