using Pipeline.Llm.Models;
using Pipeline.Llm.Modules;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Objectives;

/// <summary>Language modelling: cross-entropy of the supervised tokens.</summary>
public sealed class SupervisedObjective : ITrainingObjective, IDisposable
{
    private readonly CausalLanguageModel _model;
    private readonly TrainingHooks _hooks;
    private readonly double _labelSmoothing;

    /// <summary>Makes the objective.</summary>
    /// <param name="model">The model.</param>
    /// <param name="adapter">The adapter in training; null for a full fine-tune.</param>
    /// <param name="options">Label smoothing, noise and recomputation.</param>
    public SupervisedObjective(CausalLanguageModel model, LoraAdapter? adapter, TrainingOptions options)
    {
        (_model, _labelSmoothing) = (model, options.LabelSmoothing);
        _hooks = new(model, adapter, options.NoiseAlpha, options.RecomputesActivations);
    }

    /// <inheritdoc/>
    public string Identity => "";

    /// <inheritdoc/>
    public double Weight(TrainingRow row) => row.Sequence.Supervision;

    /// <inheritdoc/>
    public ObjectiveSums Backward(MicroBatch batch, double denominator, double lossScale, ulong seed)
    {
        if (batch.Targets.Length == 0)
        {
            return new();
        }

        try
        {
            var hidden = _hooks.Hidden(ModelInputs.Of(batch, _model.Device), seed);
            var (loss, numbers) = Measure(hidden, batch, _labelSmoothing);
            (loss * (lossScale / denominator)).backward();
            // Read last, so that an accelerator has the backward pass to do while nobody waits for the forward one.
            return Sums(numbers, batch);
        }
        finally
        {
            _hooks.EndPass();
        }
    }

    /// <inheritdoc/>
    public ObjectiveSums Evaluate(MicroBatch batch) =>
        batch.Targets.Length == 0
            ? new() : Sums(Measure(_model.Hidden(ModelInputs.Of(batch, _model.Device)), batch, 0).Numbers, batch);

    /// <inheritdoc/>
    public void Dispose() => _hooks.Dispose();

    // Loss, correct predictions and entropy, [3] float64 on the device.
    private (Tensor Loss, Tensor Numbers) Measure(Tensor hidden, MicroBatch batch, double labelSmoothing)
    {
        var tokens = _model.TokenLoss(
            ModelInputs.Predicting(hidden, batch), tensor(batch.Targets, device: _model.Device), labelSmoothing);
        var loss = (tokens.Loss * tensor(batch.Weights, device: _model.Device).to(tokens.Loss.dtype)).sum();
        using var noGrad = no_grad();
        return (loss,
            stack([loss.detach().to(float64), tokens.Correct.sum().to(float64), tokens.Entropy.sum().to(float64)]));
    }

    private static ObjectiveSums Sums(Tensor numbers, MicroBatch batch)
    {
        var values = numbers.Values<double>();
        return new()
        {
            Loss = values[0],
            Weight = batch.Weights.Sum(static weight => (double)weight),
            Scored = batch.Targets.Length,
            Correct = values[1],
            Entropy = values[2],
        };
    }
}
