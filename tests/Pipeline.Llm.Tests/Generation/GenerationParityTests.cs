using Pipeline.Llm.Generation;
using Pipeline.Llm.Models;
using Pipeline.Llm.Tests.Models;

namespace Pipeline.Llm.Tests.Generation;

public sealed class GenerationParityTests
{
    private const double ClearMargin = 1e-3;

    [Fact]
    public async Task Submit_EveryTinyModel_SameGreedyTokensWhereTheMarginIsClear()
    {
        var compared = 0;
        foreach (var directory in ModelFixture.Directories.Where(
            directory => File.Exists(Path.Combine(directory, "expected.json"))))
        {
            using var fixture = new ModelFixture(directory);
            if (!fixture.Expected.TryGetProperty("greedy", out var greedy))
            {
                continue;
            }

            using var model = fixture.Load();
            await using var engine = new GenerationEngine(model, new GenerationOptions { PrefillTokens = 10 });
            var prompts = Rows(fixture.Ids("main").data<long>().ToArray(), 2);
            var answers = await Task.WhenAll(prompts.Select(async prompt => await engine
                .Submit(new GenerationRequest { Prompt = prompt, Sampling = new SamplingOptions { MaxTokens = 32 } })
                .ReadAllAsync().Select(token => token.Id).ToListAsync()));
            for (var row = 0; row < answers.Length; row++)
            {
                var clear = greedy.GetProperty("margins")[row].EnumerateArray()
                    .TakeWhile(margin => margin.GetDouble() >= ClearMargin).Count();
                var expected = greedy.GetProperty("tokens")[row].EnumerateArray().Select(token => token.GetInt32())
                    .Take(clear);
                answers[row].Take(clear).ShouldBe(expected, $"{fixture.Name} row {row}");
                compared += clear;
            }
        }

        Fixtures.Compared("models greedy through the engine, tokens", compared);
    }

    private static int[][] Rows(long[] ids, int rows) =>
        [.. Enumerable.Range(0, rows)
            .Select(row => ids.Skip(row * ids.Length / rows).Take(ids.Length / rows).Select(id => (int)id).ToArray())];
}
