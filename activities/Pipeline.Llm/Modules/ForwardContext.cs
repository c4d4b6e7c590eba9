using Pipeline.Llm.Generation;
using Pipeline.Llm.Kernels;
using static TorchSharp.torch;

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

    /// <summary>The same for layers on another device.</summary>
    public ForwardContext On(Device device) => this with
    {
        Rotation = Rotation.On(device),
        SlidingRotation = SlidingRotation.On(device),
        Pattern = Pattern with { Visible = Pattern.Visible?.to(device) },
        SlidingPattern = SlidingPattern with { Visible = SlidingPattern.Visible?.to(device) },
        Route = Route.On(device),
    };

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
