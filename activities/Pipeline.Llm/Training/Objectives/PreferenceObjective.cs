using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Preference;
using Pipeline.Llm.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Objectives;

/// <summary>Preference training of an adapter; the reference is the same model without the adapter, so it costs no
/// memory.</summary>
/// <remarks>The adapter must be a fresh one: with an adapter that already says something, the reference would be
/// another model.</remarks>
public sealed class PreferenceObjective : ITrainingObjective, IDisposable
{
    private readonly CausalLanguageModel _model;
    private readonly LoraAdapter _adapter;
    private readonly PreferenceSettings _settings;
    private readonly TrainingHooks _hooks;

    /// <summary>Makes the objective.</summary>
    /// <param name="model">The model.</param>
    /// <param name="adapter">The adapter in training.</param>
    /// <param name="settings">Formula and numbers.</param>
    /// <param name="options">Noise and recomputation.</param>
    public PreferenceObjective(
        CausalLanguageModel model, LoraAdapter adapter, PreferenceSettings settings, TrainingOptions options)
    {
        (_model, _adapter, _settings) = (model, adapter, settings);
        _hooks = new(model, adapter, options.NoiseAlpha, options.RecomputesActivations);
    }

    /// <inheritdoc/>
    public string Identity => _settings.ToString();

    /// <inheritdoc/>
    public double Weight(TrainingRow row)
    {
        var needsPair = _settings.Method != PreferenceMethod.Kto;
        var problem = row switch
        {
            { Sequence.Supervision: 0 } => "no supervised answer",
            { Rejected: null } when needsPair => "no rejected answer",
            { Rejected.Supervision: 0 } when needsPair => "a rejected answer of which nothing is supervised",
            { Rejected: not null } when !needsPair => "a rejected answer: split the pair into a good and a bad row",
            _ => null,
        };
        return problem is null
            ? 1 : throw new InvalidDataException($"row '{row.Id}' has {problem}; {_settings.Method} cannot use it");
    }

    /// <inheritdoc/>
    public ObjectiveSums Backward(MicroBatch batch, double denominator, double lossScale, ulong seed)
    {
        try
        {
            var policy = LogProbs(_hooks.Hidden(ModelInputs.Of(batch, _model.Device), seed), batch);
            _hooks.EndPass();
            var (loss, sums) = Loss(batch, policy);
            _hooks.Resume();
            (loss * (lossScale / denominator)).backward();
            return sums;
        }
        finally
        {
            _hooks.EndPass();
        }
    }

    /// <inheritdoc/>
    public ObjectiveSums Evaluate(MicroBatch batch) => Loss(batch, Forward(batch)).Sums;

    /// <inheritdoc/>
    public void Dispose() => _hooks.Dispose();

    private (Tensor Loss, ObjectiveSums Sums) Loss(MicroBatch batch, SequenceLogProbs policy)
    {
        var needsReference = _settings.Method is PreferenceMethod.Pairs or PreferenceMethod.Kto;
        var reference = needsReference ? Reference(batch) : null;
        var losses = _settings.Method switch
        {
            PreferenceMethod.Orpo => Orpo(policy),
            PreferenceMethod.SimPo => ReferenceFreeLoss.Margin(
                SequenceLogProbs.Every(policy.Mean, 0), SequenceLogProbs.Every(policy.Mean, 1), _settings.Beta,
                _settings.Margin, _settings.LabelSmoothing),
            // The other two have a reference.
            PreferenceMethod.Kto => Kto(batch, policy, reference!),
            _ =>
                PreferenceLoss.PerPair(
                    _settings.Loss, Pairs(policy, reference!), _settings.Beta, _settings.LabelSmoothing),
        };
        var loss = losses.sum();
        return (loss, Sums(batch, policy, reference, loss));
    }

    private Tensor Orpo(SequenceLogProbs policy)
    {
        var (chosen, rejected) = (SequenceLogProbs.Every(policy.Mean, 0), SequenceLogProbs.Every(policy.Mean, 1));
        return ReferenceFreeLoss.OddsRatio(chosen, rejected, _settings.OddsWeight) - chosen;
    }

    private Tensor Kto(MicroBatch batch, SequenceLogProbs policy, SequenceLogProbs reference)
    {
        var labels = tensor(batch.Rows.Select(row => row.IsDesirable).ToArray(), device: policy.Sum.device);
        return KtoLoss.PerExample(
            policy.Sum, reference.Sum, labels, Divergence(batch), _settings.Beta, _settings.DesirableWeight,
            _settings.UndesirableWeight);
    }

    // Answers of the neighbouring rows say how far the policy has moved in general.
    private double Divergence(MicroBatch batch)
    {
        if (batch.Rows.Count < 2)
        {
            return 0;
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var mixed = batch.Rows.Select((row, i) => Mismatched(row, batch.Rows[(i + 1) % batch.Rows.Count])).ToList();
        var other = MicroBatch.Create(mixed, batch.IsPacked ? BatchLayoutKind.PaddingFree : BatchLayoutKind.Padded);
        return KtoLoss.Divergence(Forward(other).Sum, Reference(other).Sum);
    }

    private static TrainingRow Mismatched(TrainingRow prompt, TrainingRow answer)
    {
        var (a, b) = (prompt.Sequence, answer.Sequence);
        var (head, tail) = (FirstTarget(a), FirstTarget(b));
        return new(prompt.Id, new([.. a.Ids[..head], .. b.Ids[tail..]], [.. a.Weights[..head], .. b.Weights[tail..]]));
    }

    private static int FirstTarget(TrainingSequence sequence) =>
        1 + Array.FindIndex(sequence.Weights[1..], static weight => weight > 0);

    private SequenceLogProbs Forward(MicroBatch batch) =>
        LogProbs(_model.Hidden(ModelInputs.Of(batch, _model.Device)), batch);

    private SequenceLogProbs Reference(MicroBatch batch)
    {
        using var noGrad = no_grad();
        _adapter.Enabled = false;
        try
        {
            return Forward(batch);
        }
        finally
        {
            _adapter.Enabled = true;
        }
    }

    private SequenceLogProbs LogProbs(Tensor hidden, MicroBatch batch)
    {
        var device = _model.Device;
        var tokens = _model.TokenLoss(ModelInputs.Predicting(hidden, batch), tensor(batch.Targets, device: device));
        var owners = tensor(batch.SequenceOfTarget.Select(static owner => (long)owner).ToArray(), device: device);
        var empty = zeros(batch.SequenceLengths.Length, tokens.Loss.dtype, device);
        using var noGrad = no_grad();
        var counts = empty.index_add(0, owners, ones_like(tokens.Loss), 1);
        var (correct, entropy) =
            (tokens.Correct.sum().to(float64).ToDouble(), tokens.Entropy.sum().to(float64).ToDouble());
        using var grad = enable_grad(tokens.Loss.requires_grad);
        return new(empty.index_add(0, owners, tokens.Loss.neg(), 1), counts, correct, entropy);
    }

    private static PreferenceLogProbs Pairs(SequenceLogProbs policy, SequenceLogProbs reference) => new(
        SequenceLogProbs.Every(policy.Sum, 0), SequenceLogProbs.Every(policy.Sum, 1),
        SequenceLogProbs.Every(reference.Sum, 0), SequenceLogProbs.Every(reference.Sum, 1),
        SequenceLogProbs.Every(policy.Tokens, 0), SequenceLogProbs.Every(policy.Tokens, 1));

    private ObjectiveSums Sums(MicroBatch batch, SequenceLogProbs policy, SequenceLogProbs? reference, Tensor loss)
    {
        using var noGrad = no_grad();
        var sums = new ObjectiveSums
        {
            Loss = loss.detach().to(float64).ToDouble(),
            Weight = batch.Rows.Count,
            Scored = batch.Targets.Length,
            Correct = policy.Correct,
            Entropy = policy.Entropy,
        };
        if (_settings.Method == PreferenceMethod.Kto)
        {
            return sums;
        }

        var margins = reference is null
            ? (SequenceLogProbs.Every(policy.Mean, 0) - SequenceLogProbs.Every(policy.Mean, 1)) * _settings.Beta
            : (SequenceLogProbs.Every(policy.Sum - reference.Sum, 0)
                - SequenceLogProbs.Every(policy.Sum - reference.Sum, 1)) * _settings.Beta;
        return sums with
        {
            Pairs = batch.Rows.Count,
            RewardWins = margins.gt(0).sum().to(float64).ToDouble(),
            RewardMargin = margins.sum().to(float64).ToDouble(),
        };
    }
}
