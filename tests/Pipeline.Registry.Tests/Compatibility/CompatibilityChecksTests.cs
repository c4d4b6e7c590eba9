using Pipeline.Registry.Compatibility;
using Pipeline.Registry.Models;

namespace Pipeline.Registry.Tests.Compatibility;

public sealed class CompatibilityChecksTests
{
    private static readonly ModelFacts Model = new()
    {
        Architecture = "llama",
        SupportedArchitectures = ["llama", "qwen2"],
        EmbeddingRows = 512,
        ContextLength = 128,
        TokenizerSize = 512,
        Tokens = ["<s>", "</s>"],
        Modules =
        [
            new("model.layers.0.self_attn.q_proj", 64, 64), new("model.layers.0.self_attn.k_proj", 64, 32),
            new("lm_head", 64, 512),
        ],
    };

    private static readonly CompatibilityRequest Request = new()
    {
        TemplateTokens = ["<s>"],
        MaxLength = 128,
        TargetModules = ["q_proj", "k_proj"],
        Rank = 32,
        AdapterBase = new BaseModelRef("tiny", "r1", "aa"),
        ServingBase = new BaseModelRef("tiny", "r1", "aa"),
    };

    public static TheoryData<string, ModelFacts, CompatibilityRequest> Cases => new()
    {
        { "E-COMPAT-ARCHITECTURE", Model with { Architecture = "mamba" }, Request },
        { "E-COMPAT-VOCABULARY", Model with { TokenizerSize = 513 }, Request },
        { "E-COMPAT-SPECIAL-TOKEN", Model, Request with { TemplateTokens = ["<s>", "<|im_start|>"] } },
        { "E-COMPAT-CONTEXT", Model, Request with { MaxLength = 129 } },
        { "E-COMPAT-TARGET-MODULE", Model, Request with { TargetModules = ["q_proj", "query"] } },
        { "E-COMPAT-RANK", Model, Request with { Rank = 33 } },
        { "E-COMPAT-RANK", Model, Request with { TargetModules = ["all-linear"], Rank = 33 } },
        { "E-COMPAT-BASE-REVISION", Model, Request with { ServingBase = new BaseModelRef("tiny", "r2", "aa") } },
        { "E-COMPAT-BASE-REVISION", Model, Request with { ServingBase = new BaseModelRef("tiny", "r1", "bb") } },
    };

    [Fact]
    public void S0_06_FittingRequest_HasNoProblem() => CompatibilityChecks.Run(Model, Request).ShouldBeEmpty();

    [Theory, MemberData(nameof(Cases))]
    public void S0_06_EachMisfit_HasItsOwnCode(string code, ModelFacts model, CompatibilityRequest request) =>
        CompatibilityChecks.Run(model, request).ShouldHaveSingleItem().Code.ShouldBe(code);

    [Fact]
    public void S0_06_AllProblems_AreReportedAtOnce() =>
        CompatibilityChecks.Run(
            Model with { Architecture = "mamba", TokenizerSize = 600 }, Request with { MaxLength = 200, Rank = 80 })
            .Select(problem => problem.Code)
            .ShouldBe(
                ["E-COMPAT-ARCHITECTURE", "E-COMPAT-VOCABULARY", "E-COMPAT-CONTEXT", "E-COMPAT-RANK", "E-COMPAT-RANK"]);
}
