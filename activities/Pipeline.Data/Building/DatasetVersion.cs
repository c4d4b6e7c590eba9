using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Data.Building;

/// <summary>What a built dataset depends on; each member is a digest or a canonical text.</summary>
/// <param name="Content">Digests of the sources, in order.</param>
/// <param name="Recipe">Canonical JSON of the build options.</param>
/// <param name="Tokenizer">Digest of the tokenizer file.</param>
/// <param name="Template">Digest of the chat template's text; empty without one.</param>
/// <param name="Code">Version of the building code.</param>
public sealed record DatasetVersion(
    IReadOnlyList<string> Content, string Recipe, string Tokenizer, string Template, string Code)
{
    /// <summary>The version id: equal inputs give the same id, any change gives another.</summary>
    /// <returns>SHA-256 in lower-case hex over the length-prefixed members.</returns>
    public string Id()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string[] members =
            ["pipeline-dataset/1", Content.Count.ToString(), .. Content, Recipe, Tokenizer, Template, Code];
        foreach (var member in members)
        {
            var bytes = Encoding.UTF8.GetBytes(member);
            hash.AppendData(BitConverter.GetBytes((long)bytes.Length));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
