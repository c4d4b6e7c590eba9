namespace Pipeline.Data.Formats;

/// <summary>Two answers to one prompt.</summary>
/// <param name="Chosen">Prompt and the better answer, as a prompt-completion row.</param>
/// <param name="Rejected">The same prompt and the worse answer.</param>
public sealed record PreferencePair(CanonicalRow Chosen, CanonicalRow Rejected);
