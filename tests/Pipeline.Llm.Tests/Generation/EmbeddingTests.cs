using Pipeline.Llm.Generation;
using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using TorchSharp;

namespace Pipeline.Llm.Tests.Generation;

public sealed class EmbeddingTests
{
    private static readonly int[] Text = [.. Enumerable.Range(0, 90).Select(i => 10 + (i * 37 % 8000))];

    [Fact]
    public async Task Embed_TextInPieces_IsTheMeanOfTheLastStatesScaledToOne()
    {
        await using var fixture = new EngineFixture(new GenerationOptions { PrefillTokens = 32 });
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        using var model = CausalLanguageModel.Load(EngineFixture.ModelDirectory, new() { Threads = 1 });
        var states = model.Hidden(
            new ModelInput { InputIds = torch.tensor(Text.Select(id => (long)id).ToArray()).unsqueeze(0) }).squeeze(0);
        var mean = states.to(torch.ScalarType.Float64).mean([0]).data<double>().ToArray();
        var length = Math.Sqrt(mean.Sum(value => value * value));
        var vector = await fixture.Engine.EmbedAsync(Text, cancellation: TestContext.Current.CancellationToken);
        vector.Length.ShouldBe(fixture.Engine.EmbeddingSize);
        for (var i = 0; i < vector.Length; i++)
        {
            ((double)vector[i]).ShouldBe(mean[i] / length, 1e-5);
        }
    }

    [Fact]
    public async Task Embed_BesideStreamsAndAdapters_GivesTheSameVectorsAndDisturbsNothing()
    {
        await using var fixture = new EngineFixture(new GenerationOptions { MaxBatch = 4 });
        EngineFixture.MakeAdapters(fixture.Directory.Path, 1);
        await fixture.Engine.LoadAdapterAsync("a0", AdapterContent.Read(fixture.Directory.Combine("a0")));
        var (plain, adapted) = (await fixture.Engine.EmbedAsync(Text), await fixture.Engine.EmbedAsync(Text, "a0"));
        adapted.ShouldNotBe(plain);
        var alone = await fixture.RunAsync(Text, tokens: 60);
        var stream = fixture.RunAsync(Text, tokens: 60);
        var vectors = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(i => fixture.Engine.EmbedAsync(Text, i % 2 == 0 ? null : "a0")));
        for (var i = 0; i < vectors.Length; i++)
        {
            Cosine(vectors[i], i % 2 == 0 ? plain : adapted).ShouldBe(1, 1e-5);
        }

        (await stream).ShouldBe(alone);
        await fixture.Engine.UnloadAdapterAsync("a0");
        await Should.ThrowAsync<GenerationException>(() => fixture.Engine.EmbedAsync(Text, "a0"));
        await Should.ThrowAsync<ArgumentException>(() => fixture.Engine.EmbedAsync([]));
        fixture.Engine.Status().Running.ShouldBe(0);
    }

    private static double Cosine(float[] one, float[] other) => one.Zip(other, (a, b) => (double)a * b).Sum();
}
