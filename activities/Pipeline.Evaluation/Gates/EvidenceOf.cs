using System.Security.Cryptography;
using System.Text;
using Pipeline.Evaluation.Results;

namespace Pipeline.Evaluation.Gates;

/// <summary>Collects the digests that a decision rests on.</summary>
internal static class EvidenceOf
{
    public static GateEvidence Decision(
        GateSet gates, EvaluationResults candidate, IReadOnlyDictionary<string, EvaluationResults> arms)
    {
        var evaluations = arms.Append(new("candidate", candidate)).OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .ToDictionary(pair => pair.Key, pair => Sha256(ResultsJson.Serialize(pair.Value)));
        var evidence = new GateEvidence
        {
            BaseModel = candidate.Model.BaseModel,
            Adapter = candidate.Model.Adapter,
            Evaluations = evaluations,
            Tasks = Map(candidate, task => task.TaskDigest),
            Prompts = Map(candidate, task => task.PromptDigest),
            Gates = Sha256(GateSetYaml.Write(gates)),
            Harness = candidate.Harness,
        };
        string[] parts =
        [
            evidence.BaseModel, evidence.Adapter ?? "",
            .. evaluations.SelectMany(pair => new[] { pair.Key, pair.Value }), evidence.Gates, evidence.Harness,
        ];
        return evidence with { Digest = Files.Digest(parts) };
    }

    private static Dictionary<string, string> Map(EvaluationResults results, Func<TaskResult, string> digest) =>
        results.Tasks.DistinctBy(task => task.Task).OrderBy(task => task.Task, StringComparer.Ordinal)
            .ToDictionary(task => task.Task, digest);

    private static string Sha256(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
