using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Merging;

/// <summary>How equal a merged model has to be to its base with the adapter.</summary>
public sealed record MergeParityOptions
{
    /// <summary>
    /// Largest accepted difference of a logit, relative to the largest logit of its prompt; null takes 1e-4 for float32
    /// files and 2e-2 for bfloat16 and float16 files.
    /// </summary>
    public double? MaxDifference { get; init; }

    /// <summary>Smallest accepted share of prompts whose greedy continuations are equal token by token.</summary>
    /// <value>0.99</value>
    public double EqualPrompts { get; init; } = 0.99;

    /// <summary>Tokens of a continuation, whatever token ends an answer; fewer only where the context ends.</summary>
    /// <value>64</value>
    public int NewTokens { get; init; } = 64;

    /// <summary>Threads; null leaves the process's choice.</summary>
    public int? Threads { get; init; }

    /// <summary>Where both sides compute; null for the CPU.</summary>
    public Device? Device { get; init; }

    internal double LimitFor(ScalarType stored) =>
        MaxDifference ?? (stored is ScalarType.Float32 or ScalarType.Float64 ? 1e-4 : 2e-2);
}
