using System.Text.Json;
using Pipeline.Evaluation.Results;

namespace Pipeline.Tools.Evaluate;

/// <summary>Where the results of an evaluation lie and what they say.</summary>
/// <param name="Path">The file <c>results.json</c>.</param>
/// <param name="Sha256">Its digest.</param>
/// <param name="Document">Its content.</param>
internal sealed record ResultsAnswer(string Path, string Sha256, JsonElement Document)
{
    public ResultsAnswer(string path, string sha256, EvaluationResults results)
        : this(path, sha256, JsonDocument.Parse(ResultsJson.Serialize(results)).RootElement)
    {
    }
}
