using Pipeline.Llm.Configuration;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;

namespace Pipeline.Llm.Tests.Peft;

public sealed class ParameterCountTests
{
    private static readonly ModelConfig Tiny = new()
    {
        ModelType = "llama",
        VocabularySize = 512,
        HiddenSize = 64,
        IntermediateSize = 128,
        LayerCount = 2,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        HeadDimension = 16,
        Activation = "silu",
        MaxPositions = 256,
        NormEpsilon = 1e-5,
        TieEmbeddings = false,
        SlidingLayers = [false, false],
        Rope = new(),
        SlidingRope = new(),
    };

    private static readonly ModelConfig Llama8B = Tiny with
    {
        VocabularySize = 128256,
        HiddenSize = 4096,
        IntermediateSize = 14336,
        LayerCount = 32,
        HeadCount = 32,
        KeyValueHeadCount = 8,
        HeadDimension = 128,
        MaxPositions = 131072,
        SlidingLayers = new bool[32],
    };

    [Theory]
    [InlineData("seed0-attn4", 14_336, 13_631_488)]
    [InlineData("seed1-default", 32_768, 41_943_040)]
    [InlineData("seed2-r64", 131_072, 167_772_160)]
    public void S0_19_S1_04_S2_15_ParameterCount_Presets_MatchThePublishedCounts(string preset, long tiny, long large)
    {
        var config = LoraPresets.ByName[preset];
        AdapterShapes.ParameterCount(config, Tiny).ShouldBe(tiny);
        AdapterShapes.ParameterCount(config, Llama8B).ShouldBe(large);
        TargetMatcher.Find(config, Tiny).ShouldAllBe(target => target.Scaling == 2.0);
    }

    [Fact]
    public void S1_04_ParameterCount_Rank32_IsTheNumberOftenQuotedForRank16() =>
        AdapterShapes.ParameterCount(LoraPresets.ByName["seed1-default"] with { Rank = 32 }, Llama8B)
            .ShouldBe(83_886_080);

    [Fact]
    public void S0_21_ParameterCount_ModulesToSave_CountInFull()
    {
        var config = LoraPresets.ByName["seed0-attn4"];
        var saved = config with { ModulesToSave = ["lm_head", "embed_tokens"] };
        (AdapterShapes.ParameterCount(saved, Tiny) - AdapterShapes.ParameterCount(config, Tiny)).ShouldBe(65_536);
        (AdapterShapes.ParameterCount(saved, Llama8B) - AdapterShapes.ParameterCount(config, Llama8B))
            .ShouldBe(1_050_673_152);
        ServabilityRules.Obstacles(saved, 64).ShouldContain("not servable as adapter: modules_to_save");
        ServabilityRules.Obstacles(config, 64).ShouldBeEmpty();
    }

    [Fact]
    public void S0_27_Describe_CountsBaseAndAdapter()
    {
        ModelShapes.ParameterCount(Llama8B).ShouldBe(8_030_261_248);
        AdapterShapes.Describe(LoraPresets.ByName["seed1-default"], Llama8B)
            .ShouldBe("trainable params: 41,943,040 || all params: 8,072,204,288 || trainable%: 0.5196");
    }

    [Fact]
    public void S0_42_AdapterFile_Of8B_IsAbout84Megabytes()
    {
        var bytes = AdapterShapes.Trainable(LoraPresets.ByName["seed1-default"], Llama8B)
            .Sum(t => t.Shape[0] * t.Shape[1] * 2);
        bytes.ShouldBeInRange((long)(83.9e6 * 0.99), (long)(83.9e6 * 1.01));
    }

    [Fact]
    public void S1_05_Validator_UnusualAndImpossibleValues_AreNamed()
    {
        var good = LoraPresets.ByName["seed1-default"];
        LoraConfigValidator.Warnings(good).ShouldBeEmpty();
        LoraConfigValidator.Warnings(good with { Rank = 12, Alpha = 24 }).Single().ShouldContain("powers of two");
        LoraConfigValidator.Warnings(good with { Rank = 128, Alpha = 256 }).Single().ShouldContain("4 to 64");
        LoraConfigValidator.Warnings(good with { Alpha = 64 }).Single().ShouldContain("r or 2·r");
        LoraConfigValidator.Warnings(good with { TargetModules = ["q_proj", "k_proj", "v_proj"] }).Single()
            .ShouldContain("o_proj");
        LoraConfigValidator.Warnings(good with { Dropout = 0.2 }).Single().ShouldContain("0 to 0.1");
        LoraConfigValidator.Errors(good with { Rank = 0, Alpha = 0, Dropout = 1 }).Count().ShouldBe(3);
    }
}
