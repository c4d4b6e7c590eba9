using Pipeline.Llm.Configuration;
using Pipeline.Llm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Modules;

/// <summary>Cosines and sines of one forward pass, [b or 1, s, 1, r/2].</summary>
internal sealed record Rotation(Tensor Cos, Tensor Sin)
{
    /// <summary>Computes the tables for the given positions [b or 1, s].</summary>
    public static Rotation Of(RopeSettings rope, ModelConfig config, Tensor positions, ScalarType type)
    {
        var (inverse, factor) = RotaryFrequencies.Compute(rope, config.HeadDimension, config.MaxPositions);
        // Angles of long contexts need float32 even when the model is narrower.
        var wide = type == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        var frequencies = tensor(inverse).to(wide).to(positions.device);
        var angles = positions.to(wide).unsqueeze(-1) * frequencies;
        return new((angles.cos() * factor).to(type).unsqueeze(2), (angles.sin() * factor).to(type).unsqueeze(2));
    }

    /// <summary>The same tables on another device.</summary>
    public Rotation On(Device device) => new(Cos.to(device), Sin.to(device));

    /// <summary>Lets the caller's scope own the tables.</summary>
    public void MoveToOuterDisposeScope()
    {
        Cos.MoveToOuterDisposeScope();
        Sin.MoveToOuterDisposeScope();
    }
}
