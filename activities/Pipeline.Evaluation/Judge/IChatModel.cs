using Pipeline.Evaluation.Harness;

namespace Pipeline.Evaluation.Judge;

/// <summary>A model that answers conversations: a judge, or one that is judged.</summary>
public interface IChatModel
{
    /// <summary>Id of the model; a judge must have another one than what it judges.</summary>
    string Id { get; }

    /// <summary>The next answer.</summary>
    /// <param name="turns">The conversation so far.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The answer's text.</returns>
    Task<string> ReplyAsync(IReadOnlyList<ChatTurn> turns, CancellationToken cancellationToken);
}
