using Pipeline.Llm.Training.Data;

namespace Pipeline.Llm.Training.Diagnostics;

/// <summary>Looks for rows whose supervised text does not end as the others do; a model trained on them never learns to
/// stop.</summary>
public static class TerminatorAudit
{
    /// <summary>Share of the rows that must end alike before the others are suspicious.</summary>
    public const double Agreement = 0.5;

    private const int Shown = 5;

    /// <summary>Compares the last supervised token of each row with the most common one.</summary>
    /// <param name="data">Rows.</param>
    /// <returns>One sentence with the token, the share and some row ids.</returns>
    public static string Describe(ITrainingData data)
    {
        var ends = Enumerable.Range(0, data.Count).Select(data.Read)
            .Select(row => (row.Id, Token: LastTarget(row.Sequence))).ToList();
        var common = ends.GroupBy(end => end.Token).MaxBy(group => group.Count());
        if (common is null || common.Count() < Agreement * ends.Count)
        {
            return "the rows have no common end token: check that each answer ends with the model's end-of-turn token "
                + "and that it is supervised";
        }

        var others = ends.Where(end => end.Token != common.Key).Select(end => end.Id).ToList();
        return others.Count == 0
            ? $"every row ends with token {common.Key}, which is supervised"
            : $"{others.Count} of {ends.Count} rows do not end with token {common.Key}: "
                + $"{string.Join(", ", others.Take(Shown))}";
    }

    private static int LastTarget(TrainingSequence sequence)
    {
        var last = Array.FindLastIndex(sequence.Weights, static weight => weight > 0);
        return last < 0 ? -1 : sequence.Ids[last];
    }
}
