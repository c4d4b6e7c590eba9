using Pipeline.Evaluation.Metrics;
using Pipeline.Evaluation.Text;

namespace Pipeline.Evaluation.Harness;

/// <summary>Named steps from generated text to an answer.</summary>
/// <param name="Name">Name in metric keys, such as <c>strict-match</c>.</param>
/// <param name="Steps">Steps in order.</param>
public sealed record FilterPipeline(string Name, IReadOnlyList<Func<string, string>> Steps)
{
    /// <summary>The pipeline that changes nothing.</summary>
    public static FilterPipeline None { get; } = new("none", []);

    /// <summary>Applies the steps.</summary>
    /// <param name="text">Generated text.</param>
    /// <returns>The answer.</returns>
    public string Apply(string text) => Steps.Aggregate(text, (value, step) => step(value));

    /// <summary>A step that extracts with a regular expression.</summary>
    /// <param name="pattern">The expression.</param>
    /// <param name="last">Whether the last match counts.</param>
    /// <param name="fallback">Answer without a match.</param>
    /// <returns>The step.</returns>
    public static Func<string, string> Regex(
        string pattern, bool last = false, string fallback = AnswerExtraction.Invalid) =>
        new AnswerExtraction(pattern, last, fallback).Extract;

    /// <summary>A step that removes white space at the start.</summary>
    /// <returns>The step.</returns>
    public static Func<string, string> RemoveWhitespace() => UnicodeText.TrimStart;

    /// <summary>A step that lower-cases.</summary>
    /// <returns>The step.</returns>
    public static Func<string, string> Lowercase() => UnicodeText.Lower;
}
