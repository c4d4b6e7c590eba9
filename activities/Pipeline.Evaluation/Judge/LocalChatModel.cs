using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Scoring;

namespace Pipeline.Evaluation.Judge;

/// <summary>A model in this process that answers greedily.</summary>
/// <param name="model">The model.</param>
/// <param name="maxTokens">Most tokens of an answer.</param>
public sealed class LocalChatModel(ModelUnderTest model, int maxTokens = 256) : IChatModel
{
    /// <inheritdoc/>
    public string Id => model.Identity.Adapter is { } adapter
        ? $"{model.Identity.BaseModel}+{adapter}" : model.Identity.BaseModel;

    /// <inheritdoc/>
    public Task<string> ReplyAsync(IReadOnlyList<ChatTurn> turns, CancellationToken cancellationToken)
    {
        var results = new ResultList<int[]>(1);
        model.Scoring.Generate(
            [new(model.Encoder.Encode(model.Render(turns)), maxTokens, ids => model.Encoder.IsStop(ids, []))], results,
            cancellationToken);
        return Task.FromResult(model.Encoder.Answer(results[0], []));
    }
}
