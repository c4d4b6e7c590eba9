using Pipeline.Llm.Generation;
using Pipeline.Llm.Kernels;

namespace Pipeline.Llm.Modules;

/// <summary>What all layers of one forward pass share.</summary>
internal sealed record ForwardContext
{
    /// <summary>Tables of full-attention layers.</summary>
    public required Rotation Rotation { get; init; }

    /// <summary>Tables of sliding layers.</summary>
    public required Rotation SlidingRotation { get; init; }

    /// <summary>Visibility in full-attention layers.</summary>
    public required AttentionPattern Pattern { get; init; }

    /// <summary>Visibility in sliding layers.</summary>
    public required AttentionPattern SlidingPattern { get; init; }

    /// <summary>Cache, or null.</summary>
    public IKeyValueCache? Cache { get; init; }

    /// <summary>Which adapters act on which rows.</summary>
    public required AdapterRoute Route { get; init; }

    /// <summary>Lets the caller's scope own the tables.</summary>
    public void MoveToOuterDisposeScope()
    {
        Pattern.Bounds?.MoveToOuterDisposeScope();
        Rotation.MoveToOuterDisposeScope();
        if (!ReferenceEquals(Rotation, SlidingRotation))
        {
            SlidingRotation.MoveToOuterDisposeScope();
        }
    }
}
