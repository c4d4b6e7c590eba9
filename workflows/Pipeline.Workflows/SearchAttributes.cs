using Temporalio.Common;

namespace Pipeline.Workflows;

/// <summary>Typed search attributes of a run; a worker registers them at its start.</summary>
public static class SearchAttributes
{
    /// <summary>Stage in which the run is.</summary>
    public static readonly SearchAttributeKey<string> Stage = SearchAttributeKey.CreateKeyword("PipelineStage");

    /// <summary>What the run is doing: running, waiting, parked or a verdict.</summary>
    public static readonly SearchAttributeKey<string> Verdict = SearchAttributeKey.CreateKeyword("PipelineVerdict");

    /// <summary>Version id of the training set.</summary>
    public static readonly SearchAttributeKey<string> Dataset = SearchAttributeKey.CreateKeyword("PipelineDataset");

    /// <summary>Name of the base model.</summary>
    public static readonly SearchAttributeKey<string> BaseModel = SearchAttributeKey.CreateKeyword("PipelineBaseModel");

    /// <summary>Who started the run.</summary>
    public static readonly SearchAttributeKey<string> Owner = SearchAttributeKey.CreateKeyword("PipelineOwner");

    /// <summary>Every attribute; all are keywords.</summary>
    public static IReadOnlyList<SearchAttributeKey<string>> All { get; } = [Stage, Verdict, Dataset, BaseModel, Owner];
}
