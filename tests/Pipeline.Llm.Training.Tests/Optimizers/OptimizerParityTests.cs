using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Training.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Tests.Optimizers;

public sealed class OptimizerParityTests
{
    private static readonly Dictionary<string, (double Rate, OptimizerSettings Settings)> Cases = new()
    {
        ["adamw"] = (0.01, new() { WeightDecay = 0.01 }),
        ["adamw_beta95_wd0.1"] = (0.01, new() { Beta2 = 0.95, Epsilon = 1e-6, WeightDecay = 0.1 }),
        ["sgd_momentum"] = (0.1, new() { Kind = OptimizerKind.Sgd, Momentum = 0.9, WeightDecay = 0.01 }),
        ["sgd_nesterov"] = (0.1, new() { Kind = OptimizerKind.Sgd, Momentum = 0.9, Nesterov = true }),
        ["adafactor_fixed_lr"] = (0.01, new() { Kind = OptimizerKind.Adafactor }),
        ["adafactor_relative"] =
            (0, new() { Kind = OptimizerKind.Adafactor, RelativeStep = true, ScaleParameter = true }),
        ["adafactor_warmup_momentum"] = (0, new()
        {
            Kind = OptimizerKind.Adafactor,
            RelativeStep = true,
            ScaleParameter = true,
            WarmupInit = true,
            Momentum = 0.9,
            WeightDecay = 0.01,
        }),
    };

    [Theory]
    [InlineData(true, 1e-10)]
    [InlineData(false, 1e-5)]
    public void Step_TenSteps_EqualsTheReference(bool isDouble, double tolerance)
    {
        using var file = SafeTensorsFile.Open(Fixtures.Require("training/optimizers.safetensors"));
        using var scope = NewDisposeScope();
        foreach (var (name, (rate, settings)) in Cases)
        {
            var allowed = !isDouble && settings.Kind == OptimizerKind.Adafactor ? 1e-4 : tolerance;
            Trajectory(file, name, rate, settings, isDouble ? ScalarType.Float64 : ScalarType.Float32)
                .ShouldBeLessThan(allowed, name);
        }

        Fixtures.Compared("training/optimizers", Cases.Count);
    }

    [Fact]
    public void S2_16_AdamW_TenSteps_EqualsTorchWithin1e7()
    {
        using var file = SafeTensorsFile.Open(Fixtures.Require("training/optimizers.safetensors"));
        using var scope = NewDisposeScope();
        Trajectory(file, "adamw", 0.01, new() { WeightDecay = 0.01 }, ScalarType.Float64).ShouldBeLessThan(1e-7);
        Trajectory(file, "adamw_beta95_wd0.1", 0.01, Cases["adamw_beta95_wd0.1"].Settings, ScalarType.Float64)
            .ShouldBeLessThan(1e-7);
    }

    private static double Trajectory(
        SafeTensorsFile file, string name, double rate, OptimizerSettings settings, ScalarType type)
    {
        string[] names = ["matrix", "vector"];
        var parameters = names.Select(
            n => new NamedParameter(n, new Parameter(FixtureTensors.Read(file, $"start/{n}").to(type)))).ToList();
        using var optimizer = new Optimizer(ParameterGroups.Uniform(parameters, settings.WeightDecay), settings);
        var gap = 0.0;
        for (var step = 0; step < 10; step++)
        {
            foreach (var parameter in parameters)
            {
                parameter.Value.grad = FixtureTensors.Read(file, $"grad/{parameter.Name}")[step].to(type);
            }

            optimizer.Step(rate);
            gap = Math.Max(
                gap, parameters.Max(
                    p => FixtureTensors.Gap(p.Value, FixtureTensors.Read(file, $"{name}/{p.Name}")[step])));
        }

        return gap;
    }
}
