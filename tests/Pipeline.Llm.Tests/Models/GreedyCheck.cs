using Pipeline.Llm.Models;
using static TorchSharp.torch;

namespace Pipeline.Llm.Tests.Models;

/// <summary>
/// Continues a prompt greedily with a cache and compares each token while the recorded margin is clear.
/// </summary>
internal static class GreedyCheck
{
    private const double ClearMargin = 1e-3;

    public static int Run(ModelFixture fixture, CausalLanguageModel model, ModelInput prompt, string name)
    {
        var expected = fixture.Expected.GetProperty(name);
        var tokens = expected.GetProperty("tokens").EnumerateArray()
            .Select(r => r.EnumerateArray().Select(t => t.GetInt64()).ToArray()).ToArray();
        var margins = expected.GetProperty("margins").EnumerateArray()
            .Select(r => r.EnumerateArray().Select(m => m.GetDouble()).ToArray()).ToArray();
        using var cache = new KeyValueCache(model.Config, tokens.Length, 4, model.DType);
        var last = LastReal(model.Logits(model.Hidden(prompt with { Cache = cache })), prompt.AttentionMask);
        var clear = Enumerable.Repeat(true, tokens.Length).ToArray();
        var compared = 0;
        for (var step = 0; step < tokens[0].Length; step++)
        {
            var next = last.argmax(-1).data<long>().ToArray();
            for (var row = 0; row < tokens.Length; row++)
            {
                clear[row] &= margins[row][step] >= ClearMargin;
                if (clear[row])
                {
                    next[row].ShouldBe(tokens[row][step], $"{fixture.Name} {name} row {row} step {step}");
                    compared++;
                }
            }

            var forced = tensor(tokens.Select(row => row[step]).ToArray()).unsqueeze(1);
            last = LastReal(model.Logits(model.Hidden(new() { InputIds = forced, Cache = cache })), mask: null);
        }

        return compared;
    }

    private static Tensor LastReal(Tensor logits, Tensor? mask)
    {
        // The prompts are padded at the left, so the last column is real.
        mask?[TensorIndex.Colon, TensorIndex.Single(-1)].sum().item<long>().ShouldBe(logits.size(0));
        return logits.select(1, logits.size(1) - 1);
    }
}
