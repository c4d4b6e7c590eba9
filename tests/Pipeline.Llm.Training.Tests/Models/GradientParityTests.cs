using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Kernels;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Training.Data;
using Pipeline.Llm.Training.Objectives;
using Pipeline.Llm.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Tests.Models;

public sealed class GradientParityTests
{
    [Fact]
    public void S2_04_FirstGradient_EqualsTheReferenceAndThatOfAIsZero()
    {
        using var scope = NewDisposeScope();
        using var model = CausalLanguageModel.Load(Fixtures.Require("models/llama"), new() { Threads = 1 });
        var adapter = LoraAdapter.Load(model, Fixtures.Require("training/adapter"));
        using var objective = new SupervisedObjective(
            model, adapter, new()
            {
                LearningRate = 1,
                Schedule = new() { TotalSteps = 1 },
                Precision = Precision.Float32,
            });
        var rows = Enumerable.Range(0, 4).Select(FixtureRun.Batches().Read).ToList();
        objective.Backward(MicroBatch.Create(rows, BatchLayoutKind.Padded), rows.Sum(objective.Weight), 1, seed: 1);
        var parameters = ModelTraining.OfAdapter(model, adapter).Parameters;
        GradientClipping.Clip(parameters, 1);
        using var file = SafeTensorsFile.Open(Fixtures.Require("training/main.safetensors"));
        foreach (var (name, value) in parameters.Select(p => (p.Name, p.Value)))
        {
            var gradient = value.grad.ShouldNotBeNull(name);
            FixtureTensors.Gap(gradient, FixtureTensors.Read(file, $"step1/grad_clipped/{name}"))
                .ShouldBeLessThan(1e-5, name);
            gradient.any().ToBoolean().ShouldBe(
                !name.Contains("lora_A", StringComparison.Ordinal), $"{name}: only B has a gradient while B is zero");
        }

        Fixtures.Compared("training/main, gradients", parameters.Count);
    }

    [Fact]
    public void S2_04_LoraLinear_IsTheFormulaWithItsScale()
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        var (x, w) = (randn(5, 12), randn(7, 12));
        Tensor[] factors = [randn(3, 12).requires_grad_(true), randn(7, 3).requires_grad_(true)];
        const double Scaling = 8.0 / 3;
        var output = TorchExtras.Current.LoraLinear(x, w, null, x, factors[0], factors[1], Scaling);
        var wanted = randn(5, 7);
        (output * wanted).sum().backward();
        var (exact, a, b) = (x.to(float64), factors[0].detach().to(float64), factors[1].detach().to(float64));
        var g = wanted.to(float64);
        FixtureTensors.Gap(output.detach(),
            exact.matmul(w.to(float64).t()) + Scaling * exact.matmul(a.t()).matmul(b.t())).ShouldBeLessThan(1e-5);
        FixtureTensors.Gap(factors[0].grad!, Scaling * b.t().matmul(g.t()).matmul(exact)).ShouldBeLessThan(1e-4);
        FixtureTensors.Gap(factors[1].grad!, Scaling * g.t().matmul(exact).matmul(a.t())).ShouldBeLessThan(1e-4);
    }
}
