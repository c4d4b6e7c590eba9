using System.Text.Json;
using Pipeline.Llm.Checkpoints;
using Pipeline.Llm.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Tests.Losses;

public sealed class CrossEntropyParityTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PerToken_EveryCase_EqualsTheReferenceWithGradient(bool isDouble)
    {
        using var scope = NewDisposeScope();
        using var file = SafeTensorsFile.Open(Fixtures.Require("losses/cross_entropy.safetensors"));
        using var info = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Require("losses/cross_entropy.json")));
        var compared = 0;
        foreach (var item in info.RootElement.EnumerateObject()
            .Where(p => p.Value.ValueKind == JsonValueKind.Object && p.Value.TryGetProperty("reduction", out _)))
        {
            Compare(file, item, isDouble);
            compared++;
        }

        Fixtures.Compared("losses/cross_entropy", compared);
    }

    [Fact]
    public void Entropy_OfTheFixture_EqualsTheReference()
    {
        using var scope = NewDisposeScope();
        using var file = SafeTensorsFile.Open(Fixtures.Require("losses/cross_entropy.safetensors"));
        var logits = FixtureTensors.Read(file, "logits").to(float64);
        FixtureTensors.Gap(CrossEntropy.Entropy(logits), FixtureTensors.Read(file, "entropy")).ShouldBeLessThan(1e-9);
    }

    private static void Compare(SafeTensorsFile file, JsonProperty item, bool isDouble)
    {
        var labels = FixtureTensors.Read(file, "labels").narrow(1, 1, FixtureTensors.Read(file, "labels").shape[1] - 1);
        var logits = FixtureTensors.Read(file, "logits").to(isDouble ? float64 : float32).requires_grad_();
        var kept = labels.ne(-100);
        var rows = logits.narrow(1, 0, logits.shape[1] - 1)[kept];
        var losses = CrossEntropy.PerToken(
            rows, labels[kept], item.Value.GetProperty("label_smoothing").GetDouble(),
            item.Value.GetProperty("z_coefficient").GetDouble());
        var loss = item.Value.GetProperty("reduction").GetString() == "sum" ? losses.sum() : losses.mean();
        loss.backward();
        var expected = item.Value.GetProperty("loss").GetDouble();
        loss.ToDouble()
            .ShouldBe(expected, isDouble ? 1e-9 * Math.Abs(expected) : 1e-5 * Math.Abs(expected) + 1e-6, item.Name);
        var reference = FixtureTensors.Read(file, $"{item.Name}.grad");
        var scale = Math.Max(1, reference.abs().max().ToDouble());
        FixtureTensors.Gap(logits.grad!, reference).ShouldBeLessThan(isDouble ? 1e-9 * scale : 1e-5 * scale, item.Name);
    }
}
