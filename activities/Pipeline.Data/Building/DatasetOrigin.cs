namespace Pipeline.Data.Building;

/// <summary>What all parts of a build share.</summary>
/// <param name="Version">Content-addressed version of the build.</param>
/// <param name="TokenizerSha256">Digest of the tokenizer's files.</param>
/// <param name="TemplateSha256">Digest of the chat template; empty without one.</param>
/// <param name="Sources">Labelled sources in the recipe's order.</param>
/// <param name="Digests">Digests of each source's files.</param>
internal sealed record DatasetOrigin(
    string Version, string TokenizerSha256, string TemplateSha256, IReadOnlyList<SourceLabelling> Sources,
    IReadOnlyList<IReadOnlyList<string>> Digests);
