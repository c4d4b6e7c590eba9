using Pipeline.Registry.Artifacts;
using Pipeline.Registry.Lineage;
using Pipeline.Registry.Models;

namespace Pipeline.Registry.Tests.Models;

/// <summary>A small base model, packages and lineage to register.</summary>
internal static class Sample
{
    public const string Digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    public static BaseModel Base(string revision = "r1", string digest = Digest) => new()
    {
        Id = "tiny/Llama-33K",
        Revision = revision,
        Architecture = "llama",
        DType = "float32",
        Parameters = 139_072,
        VocabularySize = 512,
        ContextLength = 128,
        Licence = "Apache-2.0",
        Files = [new ArtifactFile("config.json", digest, 3), new ArtifactFile("model.safetensors", digest, 9)],
    };

    public static async Task<string> PackageAsync(ModelRegistry registry, string content)
    {
        var file = await registry.Artifacts.PutBytesAsync(
            System.Text.Encoding.UTF8.GetBytes(content), "adapter_model.safetensors");
        return await registry.Artifacts.CommitAsync(Manifest.Create("package", [file], []));
    }

    public static async Task<RegisterVersion> RequestAsync(
        ModelRegistry registry, string content, string key, params string[] lineage)
    {
        await registry.Bases.RegisterAsync(Base());
        return new RegisterVersion
        {
            Name = "packages",
            Package = await PackageAsync(registry, content),
            Base = Base().Reference,
            Actor = "test",
            IdempotencyKey = key,
            Lineage = lineage,
        };
    }

    public static async Task<AdapterVersion> RegisterAsync(ModelRegistry registry, string content) =>
        await registry.RegisterAsync(await RequestAsync(registry, content, content));

    public static MoveAlias Move(string alias, int? version, int? expected, string request = "") => new()
    {
        Name = "packages",
        Alias = alias,
        Version = version,
        Expected = expected,
        Actor = "ada",
        Reason = "better",
        RequestId = request,
        Waiver = alias == "champion" ? "test without gates" : "",
    };

    /// <summary>Records a whole run: raw object to approval. Returns the nodes that a version comes from.</summary>
    public static async Task<string[]> LineageAsync(
        ModelRegistry registry, string verdict = "passed", string decision = "approved")
    {
        var raw = await registry.Lineage.RecordAsync(Node(LineageKind.RawObject, "s3://raw/part-1.jsonl"));
        var rule = await registry.Lineage.RecordAsync(Node(LineageKind.Rule, "pii 3, html 1"));
        var index = await registry.Lineage.RecordAsync(Node(LineageKind.DedupIndex, "segments 1-4", [raw]));
        var data = await registry.Lineage.RecordAsync(Node(LineageKind.Dataset, "dataset 7", [raw, rule, index]));
        var code = await registry.Lineage.RecordAsync(Node(LineageKind.Code, "build 42"));
        var config = await registry.Lineage.RecordAsync(Node(LineageKind.Config, "r16"));
        var seed = await registry.Lineage.RecordAsync(Node(LineageKind.Seed, "seed 1"));
        var checkpoint = Node(LineageKind.Checkpoint, "step 200", [data, code, config, seed]);
        var trained = await registry.Lineage.RecordAsync(checkpoint);
        var evidence = Node(LineageKind.Evidence, "MMLU 61.2 → 61.0", [trained]);
        evidence.Properties[LineageNode.Verdict] = verdict;
        var evaluated = await registry.Lineage.RecordAsync(evidence);
        var approval = Node(LineageKind.Approval, "ada", [evaluated]);
        approval.Properties[LineageNode.Decision] = decision;
        approval.Properties[LineageNode.Subject] = checkpoint.Artifact;
        return [await registry.Lineage.RecordAsync(approval)];
    }

    private static LineageNode Node(LineageKind kind, string label, IReadOnlyList<string>? inputs = null) => new()
    {
        Kind = kind,
        Label = label,
        Artifact = Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(label))),
        Run = $"finetune:1/{kind}",
        Inputs = inputs ?? [],
    };
}
