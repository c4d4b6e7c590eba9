using Pipeline.Llm.Training.Optimizers;

namespace Pipeline.Llm.Training.Memory;

/// <summary>Predicts the memory of a configuration before anything is loaded.</summary>
/// <remarks>
/// Activations of a Llama-like layer: about 6d + 2k + 3f numbers a token (inputs of the seven products, of the norms
/// and of the attention), and 4d more under dropout, where products no longer share their inputs; recomputed layers
/// keep their input only, and one layer is live at a time. Logits: float32 log-probabilities of every row, and of the
/// rows in work the row in 2 bytes, its float32 copy and its gradient; the fused loss has the rows in work only.
/// </remarks>
public static class MemoryEstimator
{
    /// <summary>Bytes a weight of NF4: half a byte, an 8-bit scale for 64 weights, and a float32 scale for 256 of
    /// those.</summary>
    public const double Nf4Bytes = 0.5 + 1.0 / 64 + 4.0 / (64 * 256);

    /// <summary>Bytes a weight of row-wise 8 bits: one byte, and a float32 scale a row.</summary>
    public const double Int8Bytes = 1.002;

    // Share of the tensors, plus a constant for the runtime and its libraries.
    private const double OverheadShare = 0.02;
    private const double OverheadBytes = 0.4e9;

    // Logits in work at once.
    private const double ChunkElements = 1 << 25;
    private const double FusedRows = 128;

    /// <summary>Predicts.</summary>
    /// <param name="request">The configuration.</param>
    /// <returns>Bytes by purpose.</returns>
    public static MemoryEstimate Estimate(MemoryRequest request)
    {
        var width = request.IsHalfPrecision ? 2.0 : 4.0;
        var isFull = request.Method == TuningMethod.Full;
        var trained = isFull ? request.Model.Parameters : request.AdapterParameters;
        // Adapters are float32 in any case; a full fine-tune in 2 bytes has 2-byte gradients and a float32 master copy.
        var weights = BaseBytes(request, width) + (isFull ? 0 : trained * 4);
        var gradients = trained * (isFull ? width : 4);
        var optimizer = trained * (MomentBytes(request.Optimizer) + (isFull && request.IsHalfPrecision ? 4 : 0));
        var activations = LayerActivations(request, width) + Logits(request);
        var tensors = weights + gradients + optimizer + activations;
        return new(weights, gradients, optimizer, activations, OverheadShare * tensors + OverheadBytes);
    }

    private static double BaseBytes(MemoryRequest request, double width)
    {
        var rest = (request.Model.Parameters - request.Model.LinearParameters) * width;
        return request.Method switch
        {
            TuningMethod.QLora => request.Model.LinearParameters * Nf4Bytes + rest,
            TuningMethod.Lora8Bit => request.Model.LinearParameters * Int8Bytes + rest,
            _ => request.Model.Parameters * width,
        };
    }

    private static double MomentBytes(OptimizerKind optimizer) => optimizer switch
    {
        OptimizerKind.AdamW => 8,
        OptimizerKind.AdamW8Bit => 2 + 8.0 / 256,
        OptimizerKind.Sgd => 4,
        _ => 0.1, // Adafactor: a row and a column of each matrix
    };

    private static double LayerActivations(MemoryRequest request, double width)
    {
        var model = request.Model;
        var states = request.DropsInputs ? 10.0 : 6.0;
        var layer = (states * model.Hidden + 2.0 * model.KeyValue + 3.0 * model.Intermediate) * width
            * request.MicroBatchTokens;
        return request.RecomputesActivations
            ? model.Hidden * width * model.Layers * request.MicroBatchTokens + layer
            : layer * model.Layers;
    }

    private static double Logits(MemoryRequest request)
    {
        var (rows, vocabulary) = (request.MicroBatchTokens * request.SupervisedShare, (double)request.Model.Vocabulary);
        var inWork = Math.Min(rows, request.FusesLoss ? FusedRows : Math.Max(1, ChunkElements / vocabulary));
        return (request.FusesLoss ? 0 : rows * vocabulary * 4) + inWork * vocabulary * (2 + 4 + 4);
    }
}
