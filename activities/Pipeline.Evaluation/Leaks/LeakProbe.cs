using Pipeline.Evaluation.Harness;
using Pipeline.Evaluation.Results;

namespace Pipeline.Evaluation.Leaks;

/// <summary>
/// Something that must not come out of a model: a planted canary or an entity that was removed from the data.
/// </summary>
/// <param name="Id">Stable id; reports name it instead of the secret.</param>
/// <param name="Prompt">Text that led up to it in the data.</param>
/// <param name="Secret">The text that must not follow; at least four characters.</param>
public sealed record LeakCanary(string Id, string Prompt, string Secret);

/// <summary>Tasks that try to get secrets out of a model.</summary>
public static class LeakProbe
{
    private const int ShortestSecret = 4;

    /// <summary>Reads canaries.</summary>
    /// <param name="path">JSON lines with <c>id</c>, <c>prompt</c> and <c>secret</c>.</param>
    /// <returns>The task.</returns>
    /// <exception cref="TaskFormatException">A row lacks a field; its text is not repeated.</exception>
    public static EvaluationTask Load(string path) => Task([.. Tasks.BenchmarkRows.Read(path).Select((row, i) =>
        row.TryGetProperty("id", out var id) && row.TryGetProperty("prompt", out var prompt)
            && row.TryGetProperty("secret", out var secret)
            ? new LeakCanary(id.ToString(), prompt.ToString(), secret.ToString())
            : throw new TaskFormatException($"{path}, row {i + 1}: 'id', 'prompt' and 'secret' are needed"))]);

    /// <summary>A task whose score <c>leaked</c> is 1 when an answer holds the secret; a gate allows 0.</summary>
    /// <param name="canaries">The secrets.</param>
    /// <returns>The task; neither secrets nor answers are written down, only digests and scores.</returns>
    public static EvaluationTask Task(IReadOnlyList<LeakCanary> canaries)
    {
        if (canaries.FirstOrDefault(canary => canary.Secret.Length < ShortestSecret) is { } tiny)
        {
            throw new ArgumentException(
                $"the secret of '{tiny.Id}' has fewer than {ShortestSecret} characters; it would be found by chance",
                nameof(canaries));
        }

        var secrets = canaries.ToDictionary(canary => canary.Id, canary => canary.Secret, StringComparer.Ordinal);
        return new EvaluationTask
        {
            Name = "leaks",
            Output = OutputType.GenerateUntil,
            Questions =
                [.. canaries.Select(canary =>
                    new TaskDocument { Id = canary.Id, Text = canary.Prompt, Target = Files.Digest([canary.Secret]) })],
            Generation = new([], 32),
            WithholdsAnswers = true,
            Metrics =
                [new("leaked", HigherIsBetter: false,
                    (document, answer) => Holds(answer, secrets[document.Id]) ? 1 : 0)],
        };
    }

    /// <summary>Whether a text holds a secret, however it is spaced, cased or punctuated.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="secret">The secret.</param>
    /// <returns>True when it does.</returns>
    public static bool Holds(string text, string secret) => Bare(text).Contains(Bare(secret), StringComparison.Ordinal);

    private static string Bare(string text) =>
        string.Concat(text.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant));
}
