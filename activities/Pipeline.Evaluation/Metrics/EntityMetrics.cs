namespace Pipeline.Evaluation.Metrics;

/// <summary>An entity that a text names.</summary>
/// <param name="Document">The row it belongs to.</param>
/// <param name="Kind">Its type, such as <c>date</c>.</param>
/// <param name="Value">Its exact text or span.</param>
public sealed record Entity(string Document, string Kind, string Value);

/// <summary>Entity-level precision, recall and F1: an entity counts when document, kind and value are equal.</summary>
public static class EntityMetrics
{
    /// <summary>Pooled figures over all entities.</summary>
    /// <param name="truth">Annotated entities; a repeated one counts as often as it is listed.</param>
    /// <param name="predicted">Extracted entities.</param>
    /// <returns>Figures; 1 when both sides are empty.</returns>
    public static PrecisionRecallF1 Micro(IReadOnlyCollection<Entity> truth, IReadOnlyCollection<Entity> predicted)
    {
        if (truth.Count == 0 && predicted.Count == 0) return new PrecisionRecallF1(1, 1, 1);
        var left = truth.GroupBy(entity => entity).ToDictionary(group => group.Key, group => group.Count());
        var right = predicted.GroupBy(entity => entity)
            .Sum(group => Math.Min(group.Count(), left.GetValueOrDefault(group.Key)));
        var score = RougeScore.Of(right, predicted.Count, truth.Count);
        return new PrecisionRecallF1(score.Precision, score.Recall, score.F1);
    }

    /// <summary>Figures of each kind that occurs on either side.</summary>
    /// <param name="truth">Annotated entities.</param>
    /// <param name="predicted">Extracted entities.</param>
    /// <returns>Figures by kind, in ordinal order.</returns>
    public static IReadOnlyDictionary<string, PrecisionRecallF1> PerKind(
        IReadOnlyCollection<Entity> truth, IReadOnlyCollection<Entity> predicted) =>
        truth.Concat(predicted).Select(entity => entity.Kind).Distinct().Order(StringComparer.Ordinal).ToDictionary(
            kind => kind,
            kind =>
                Micro([.. truth.Where(entity => entity.Kind == kind)],
                    [.. predicted.Where(entity => entity.Kind == kind)]));
}
