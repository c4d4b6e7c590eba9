using Pipeline.Llm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Tests.Models;

public sealed class ModelParityTests
{
    [Fact]
    public void Logits_TinyModelsFloat64_EqualTheOracle() => CompareLogits(ScalarType.Float64, 1e-9);

    [Fact]
    public void Logits_TinyModelsFloat32_EqualTheOracle() => CompareLogits(ScalarType.Float32, 5e-5);

    [Fact]
    public void Hidden_FinalNorm_EqualsTheOracle() => ForEach((fixture, model) =>
    {
        var hidden = model.Hidden(new() { InputIds = fixture.Ids("main") });
        ModelFixture.MaxDifference(hidden, fixture.Stored("main.final_norm")).ShouldBeLessThan(5e-5, fixture.Name);
    });

    [Fact]
    public void Hidden_EveryLayer_EqualsTheOracle() => ForEach((fixture, model) =>
    {
        var layers = new List<Tensor>();
        model.LayerRunner = (run, x) =>
        {
            var y = run(x);
            layers.Add(y.alias().DetachFromDisposeScope());
            return y;
        };
        model.Hidden(new() { InputIds = fixture.Ids("main") });
        layers.Count.ShouldBe(model.Config.LayerCount);
        for (var i = 0; i < layers.Count; i++)
        {
            ModelFixture.MaxDifference(layers[i], fixture.Stored($"main.layer.{i}"))
                .ShouldBeLessThan(5e-5, $"{fixture.Name} layer {i}");
        }
    });

    [Theory]
    [InlineData("left_padded")]
    [InlineData("right_padded")]
    public void Logits_PaddedBatches_EqualUnpaddedRows(string batch) => ForEach((fixture, model) =>
    {
        var mask = fixture.Ids(batch, "attention_mask");
        var logits = model.Logits(model.Hidden(new() { InputIds = fixture.Ids(batch), AttentionMask = mask }));
        for (var row = 0; row < logits.size(0); row++)
        {
            var real = logits[row].index_select(0, mask[row].nonzero().flatten());
            ModelFixture.MaxDifference(real, fixture.Stored($"row.{row}.logits"))
                .ShouldBeLessThan(5e-5, $"{fixture.Name} {batch} {row}");
        }
    });

    [Fact]
    public void Logits_PackedRows_EqualUnpaddedRows() => ForEach((fixture, model) =>
    {
        var (ids, mask) = (fixture.Ids("right_padded"), fixture.Ids("right_padded", "attention_mask"));
        var lengths = Enumerable.Range(0, (int)ids.size(0)).Select(row => (int)mask[row].sum().item<long>()).ToList();
        var packed = cat([.. lengths.Select((length, row) => ids[row].narrow(0, 0, length))]).unsqueeze(0);
        var logits = model.Logits(model.Hidden(new() { InputIds = packed, SequenceLengths = lengths }));
        var start = 0;
        for (var row = 0; row < lengths.Count; row++)
        {
            var part = logits[0].narrow(0, start, lengths[row]);
            ModelFixture.MaxDifference(part, fixture.Stored($"row.{row}.logits"))
                .ShouldBeLessThan(5e-5, $"{fixture.Name} {row}");
            start += lengths[row];
        }
    });

    [Fact]
    public void Greedy_WithCache_EqualsTheOracleWhereTheMarginAllows()
    {
        var steps = 0;
        ForEach((fixture, model) =>
        {
            var ids = fixture.Prompt();
            steps += GreedyCheck.Run(fixture, model, new() { InputIds = ids }, "greedy");
            var padded = new ModelInput
            {
                InputIds = fixture.Ids("left_padded"),
                AttentionMask = fixture.Ids("left_padded", "attention_mask"),
            };
            steps += GreedyCheck.Run(fixture, model, padded, "greedy_left_padded");
        });
        Fixtures.Compared("greedy steps", steps);
    }

    [Fact]
    public void Logits_BFloat16_StaysNearTheOracle()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var fixture = new ModelFixture(Path.Combine(Fixtures.Require("models"), "llama-bf16"));
        using var model = fixture.Load(ScalarType.BFloat16);
        var logits = model.Logits(model.Hidden(new() { InputIds = fixture.Ids("main") })).to(ScalarType.Float64);
        var difference = (logits - fixture.Stored("main.logits")).abs();
        difference.mean().Largest().ShouldBeLessThan(0.03);
        difference.Largest().ShouldBeLessThan(0.2);
        Fixtures.Compared("models (bfloat16)", 1);
    }

    private static void CompareLogits(ScalarType type, double tolerance) => ForEach(
        (fixture, model) =>
        {
            var logits = model.Logits(model.Hidden(new() { InputIds = fixture.Ids("main") }));
            ModelFixture.MaxDifference(logits, fixture.Stored("main.logits")).ShouldBeLessThan(tolerance, fixture.Name);
        },
        type);

    // The bfloat16 directory records logits only.
    private static void ForEach(Action<ModelFixture, CausalLanguageModel> check, ScalarType type = ScalarType.Float32)
    {
        var compared = 0;
        foreach (var directory in ModelFixture.Directories.Where(
            name => !name.EndsWith("-bf16", StringComparison.Ordinal)))
        {
            using var scope = NewDisposeScope();
            using var mode = no_grad();
            using var fixture = new ModelFixture(directory);
            using var model = fixture.Load(type);
            check(fixture, model);
            compared++;
        }

        Fixtures.Compared("models", compared);
    }
}
