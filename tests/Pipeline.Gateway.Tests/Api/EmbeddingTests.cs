using System.Runtime.InteropServices;
using System.Text.Json;
using Pipeline.Gateway.Tests.Support;
using Pipeline.Llm.Generation;
using Pipeline.Llm.Models;

namespace Pipeline.Gateway.Tests.Api;

public sealed class EmbeddingTests
{
    [Fact]
    public async Task Embeddings_TextsIdsAndAdapters_HaveTheOpenAiForm()
    {
        using var folder = new TempDirectory();
        await using var gateway = await TestGateway.StartAsync();
        var adapter = gateway.AddAdapter("support", "2", folder.Path);
        var (status, body, response) = await gateway.PostAsync(
            "/v1/embeddings", new { model = "support", input = new[] { "zlib1g", "a longer text of more tokens" } });
        status.ShouldBe(200);
        body.GetProperty("object").GetString().ShouldBe("list");
        body.GetProperty("data").EnumerateArray()
            .Select(item => (item.GetProperty("object").GetString(), item.GetProperty("index").GetInt32()))
            .ShouldBe([("embedding", 0), ("embedding", 1)]);
        body.GetProperty("usage").GetProperty("prompt_tokens").GetInt32()
            .ShouldBe(gateway.Fake.Embedded.Sum(item => item.Tokens.Count));
        gateway.Fake.Embedded.ShouldAllBe(item => item.Adapter == adapter.EngineName);
        response.Headers.GetValues("X-Adapter-Digest").ShouldBe([adapter.Digest]);

        var ids = await gateway.PostAsync(
            "/v1/embeddings",
            new
            {
                model = "bookworm",
                input = new[] { 5, 6, 7 },
                encoding_format = "base64",
                dimensions = 4,
                user = "u"
            });
        var bytes =
            Convert.FromBase64String(ids.Body.GetProperty("data")[0].GetProperty("embedding").GetString() ?? "");
        MemoryMarshal.Cast<byte, float>(bytes).ToArray().ShouldBe([3, 5, 0, 0]);
    }

    [Theory]
    [InlineData("""{"model":"bookworm"}""", "input")]
    [InlineData("""{"model":"bookworm","input":""}""", "input")]
    [InlineData("""{"model":"bookworm","input":[]}""", "input")]
    [InlineData("""{"model":"bookworm","input":[["a"]]}""", "input")]
    [InlineData("""{"model":"bookworm","input":[9000]}""", "input")]
    [InlineData("""{"model":"bookworm","input":"x","encoding_format":"binary"}""", "encoding_format")]
    [InlineData("""{"model":"bookworm","input":"x","dimensions":3}""", "dimensions")]
    [InlineData("""{"model":"bookworm","input":"x","api_base":"http://10.0.0.1"}""", "api_base")]
    public async Task B58_B60_BadEmbeddingRequest_NamesTheField(string json, string field)
    {
        await using var gateway = await TestGateway.StartAsync();
        var (status, body, _) =
            await gateway.PostAsync("/v1/embeddings", JsonSerializer.Deserialize<JsonElement>(json));
        status.ShouldBe(400);
        body.GetProperty("error").GetProperty("param").GetString().ShouldBe(field);
        gateway.Fake.Embedded.ShouldBeEmpty();
    }

    [Fact]
    public async Task Embeddings_MoreThanTheContext_IsRefusedWithCounts()
    {
        await using var gateway = await TestGateway.StartAsync();
        var (status, body, _) =
            await gateway.PostAsync("/v1/embeddings", new { model = "bookworm", input = Enumerable.Repeat(5, 1024) });
        (status, body.GetProperty("error").GetProperty("code").GetString()).ShouldBe((400, "context_length_exceeded"));
        body.GetProperty("error").GetProperty("message").GetString().ShouldNotBeNull().ShouldContain("1024 tokens");
    }

    [Fact]
    public async Task Embeddings_OfTheShippedModel_AreUnitVectorsAndOrderTexts()
    {
        using var model = CausalLanguageModel.Load(TestGateway.ModelDirectory, new() { Threads = 1 });
        await using var engine = new GenerationEngine(model, new GenerationOptions { MaxBatch = 4 });
        await using var gateway = await TestGateway.StartAsync(parts: parts => parts with { Engine = engine });
        string[] texts = ["shared library for compressing files", "shared libraries for compression of files",
            "a card game with a penguin"];
        var (_, body, _) = await gateway.PostAsync("/v1/embeddings", new { model = "bookworm", input = texts });
        var vectors = body.GetProperty("data").EnumerateArray()
            .Select(item => item.GetProperty("embedding").Deserialize<float[]>() ?? []).ToList();
        vectors.ShouldAllBe(vector => vector.Length == 256 && Math.Abs(Dot(vector, vector) - 1) < 1e-5);
        Dot(vectors[0], vectors[1]).ShouldBeGreaterThan(Dot(vectors[0], vectors[2]));
    }

    private static double Dot(float[] one, float[] other) => one.Zip(other, (a, b) => (double)a * b).Sum();
}
