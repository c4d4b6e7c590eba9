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
            var (loss, sums) = Measure(hidden, batch, _labelSmoothing);
            (loss * (lossScale / denominator)).backward();
            return sums;
        }
        finally
        {
            _hooks.EndPass();
        }
    }

    /// <inheritdoc/>
    public ObjectiveSums Evaluate(MicroBatch batch) =>
        batch.Targets.Length == 0 ? new() : Measure(_model.Hidden(ModelInputs.Of(batch, _model.Device)), batch, 0).Sums;

    /// <inheritdoc/>
    public void Dispose() => _hooks.Dispose();

    private (Tensor Loss, ObjectiveSums Sums) Measure(Tensor hidden, MicroBatch batch, double labelSmoothing)
    {
        var tokens = _model.TokenLoss(ModelInputs.Predicting(hidden, batch), tensor(batch.Targets, device: _model.Device), labelSmoothing);
        var loss = (tokens.Loss * tensor(batch.Weights, device: _model.Device).to(tokens.Loss.dtype)).sum();
        using var noGrad = no_grad();
        var numbers = stack([loss.detach().to(float64), tokens.Correct.sum().to(float64), tokens.Entropy.sum().to(float64)]).Values<double>();
        return (loss, new()
        {
            Loss = numbers[0],
            Weight = batch.Weights.Sum(static weight => (double)weight),
            Scored = batch.Targets.Length,
            Correct = numbers[1],
            Entropy = numbers[2],
        });
    }
}
