namespace Pipeline.Llm.Training.Memory;

/// <summary>Chooses how to train from the memory that there is (<c>method=auto</c>), and refuses what is not
/// sensible.</summary>
public static class MethodSelector
{
    /// <summary>Largest model that may be fine-tuned in full without a waiver, in parameters.</summary>
    public const double LargestFull = 1e9;

    private const int SmallestMicroBatch = 128;

    /// <summary>Finds the first configuration that fits.</summary>
    /// <param name="request">Sizes and batch; its method is a wish when <paramref name="isAutomatic"/> is
    /// false.</param>
    /// <param name="availableBytes">Memory of the device.</param>
    /// <param name="isAutomatic">Whether the method may change.</param>
    /// <returns>The configuration with the reasons.</returns>
    /// <remarks>Order: LoRA, QLoRA, recomputed layers, smaller micro-batches. Quantising costs less time than computing
    /// layers twice, and a
    /// smaller micro-batch leaves the device idle.</remarks>
    /// <exception cref="DoesNotFitException">Nothing fits.</exception>
    public static MemoryDecision Choose(MemoryRequest request, double availableBytes, bool isAutomatic)
    {
        var reasons = new List<string>();
        foreach (var (candidate, accumulation) in Candidates(request, isAutomatic))
        {
            var estimate = MemoryEstimator.Estimate(candidate);
            var isFitting = estimate.Total <= availableBytes;
            reasons.Add(
                $"{Describe(candidate)}: {estimate}, {(isFitting ? "fits" : "does not fit")} "
                    + $"{availableBytes / 1e9:F1} GB");
            if (isFitting)
            {
                return new(candidate, accumulation, estimate, reasons);
            }
        }

        throw new DoesNotFitException(availableBytes, reasons);
    }

    /// <summary>Refuses to train all weights of a large model unless someone has decided so.</summary>
    /// <param name="request">The configuration.</param>
    /// <param name="hasWaiver">Whether a person has accepted the cost.</param>
    /// <exception cref="ArgumentException">The model has a billion parameters or more and there is no
    /// waiver.</exception>
    public static void CheckFull(MemoryRequest request, bool hasWaiver)
    {
        if (request.Method == TuningMethod.Full && request.Model.Parameters >= LargestFull && !hasWaiver)
        {
            throw new ArgumentException(
                $"a full fine-tune of {request.Model.Parameters / 1e9:F1} billion parameters needs "
                + $"{MemoryEstimator.Estimate(request)}: "
                + "train an adapter, or give a waiver for the full fine-tune",
                nameof(request));
        }
    }

    private static IEnumerable<(MemoryRequest Request, int Accumulation)> Candidates(
        MemoryRequest request, bool isAutomatic)
    {
        var first = isAutomatic ? request with { Method = TuningMethod.Lora } : request;
        yield return (first, 1);
        var current = isAutomatic ? first with { Method = TuningMethod.QLora } : first;
        if (isAutomatic)
        {
            yield return (current, 1);
        }

        if (!current.RecomputesActivations)
        {
            current = current with { RecomputesActivations = true };
            yield return (current, 1);
        }

        for (var factor = 2; request.MicroBatchTokens / factor >= SmallestMicroBatch; factor *= 2)
        {
            yield return (current with { MicroBatchTokens = request.MicroBatchTokens / factor }, factor);
        }
    }

    private static string Describe(MemoryRequest request) =>
        $"{request.Method} with {request.MicroBatchTokens} "
            + $"tokens{(request.RecomputesActivations ? " and recomputed layers" : "")}";
}
