using Pipeline.Activities.Registration;
using Pipeline.Registry.Lineage;
using Pipeline.Workflows.Contracts;

namespace Pipeline.Activities.Tests;

/// <summary>What a run says about itself, as nodes of the registry.</summary>
public sealed class LineageNodesTests
{
    private static readonly string Digest = new('a', 64);

    private static readonly LineageEdge[] Run =
    [
        new("base-model", $"artifact://base/{Digest}", "bookworm-6m"),
        new("code", "1.2.3+abcdef"),
        new("ingest", $"artifact://rows/{Digest}", "10 rows"),
        new("sanitize", $"artifact://rows/{Digest}", "2 removed"),
        new("dataset", $"artifact://dataset/{Digest}", "8 rows"),
        new("config", "training options", """{"learningRate":0.0005,"seed":7}"""),
        new("seed", "7"),
        new("adapter", $"artifact://adapter/{Digest}", "20 steps on cpu"),
        new("gate", $"artifact://gate/{Digest}", "", "passed"),
        new("decision", Digest, "ann: fine", "approved"),
    ];

    [Fact]
    public void S2_09_Run_LeadsToEverythingButItsRollout()
    {
        LineageNode[] nodes = [.. LineageNodes.Of(Run, "finetune:1/run")];
        var graph = new LineageGraph(nodes[^1].Id, nodes.ToDictionary(node => node.Id), []);
        // The registry adds what happens after the registration.
        graph.Missing.ShouldBe([LineageKind.Rollout]);
        nodes.Zip(nodes.Skip(1)).ShouldAllBe(pair => pair.Second.Inputs.Single() == pair.First.Id);
        nodes.ShouldAllBe(node => node.Run == "finetune:1/run");
    }

    [Fact]
    public void Config_IsKeptWholeAndNamedByItsDigest()
    {
        var config = LineageNodes.Of(Run, "").Single(node => node.Kind == LineageKind.Config);
        config.Properties["options"].ShouldBe("""{"learningRate":0.0005,"seed":7}""");
        config.Artifact.Length.ShouldBe(64);
        LineageEdge[] changed = [.. Run.Select(edge => edge.Role == "config" ? edge with { Detail = "{}" } : edge)];
        LineageNodes.Of(changed, "")
            .Single(node => node.Kind == LineageKind.Config).Artifact.ShouldNotBe(config.Artifact);
    }

    [Fact]
    public void CodeAndSeed_SayTheirValues()
    {
        LineageNode[] nodes = [.. LineageNodes.Of(Run, "")];
        nodes.Single(node => node.Kind == LineageKind.Code).Label.ShouldBe("code: 1.2.3+abcdef");
        nodes.Single(node => node.Kind == LineageKind.Seed).Label.ShouldBe("seed: 7");
    }
}
