using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using Pipeline.Llm.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Objectives;

/// <summary>What training adds to a forward pass: dropout, noise on embeddings, layers computed again in the backward
/// pass.</summary>
internal sealed class TrainingHooks(CausalLanguageModel model, LoraAdapter? adapter, double noiseAlpha, bool recomputes)
    : IDisposable
{
    private readonly Generator _generator = new(0, model.Device);

    /// <summary>Runs a forward pass in training mode; everything random in it follows from the seed.</summary>
    public Tensor Hidden(ModelInput input, ulong seed)
    {
        var layer = 0;
        // Each layer has a seed of its own, so that it draws the same numbers when it is computed again.
        void Reseed(int index) => _generator.manual_seed((long)SeededRandom.Derive((long)seed, index));
        Reseed(-1);
        model.EmbeddingHook = states => Prepare(states, input);
        model.LayerRunner = (run, states) =>
        {
            var index = layer++;
            Tensor Body(Tensor x)
            {
                using var scope = NewDisposeScope();
                Reseed(index);
                return run(x).MoveToOuterDisposeScope();
            }

            return recomputes ? Recomputation.apply((Func<Tensor, Tensor>)Body, states) : Body(states);
        };
        Resume();
        try
        {
            return model.Hidden(input);
        }
        finally
        {
            (model.EmbeddingHook, model.LayerRunner) = (null, null);
        }
    }

    /// <summary>Turns dropout on.</summary>
    public void Resume()
    {
        if (adapter is not null)
        {
            (adapter.Training, adapter.DropoutGenerator) = (true, _generator);
        }
    }

    /// <summary>Ends training mode after the backward pass, which still draws dropout masks when layers are computed
    /// again.</summary>
    public void EndPass()
    {
        if (adapter is not null)
        {
            (adapter.Training, adapter.DropoutGenerator) = (false, null);
        }
    }

    public void Dispose() => _generator.Dispose();

    private Tensor Prepare(Tensor states, ModelInput input)
    {
        if (noiseAlpha > 0)
        {
            states = states + Noise(states, input);
        }

        // With frozen embeddings nothing in front of the first recomputed layer would ask for its gradient.
        return recomputes && !states.requires_grad ? states.detach().requires_grad_() : states;
    }

    // NEFTune: uniform in ±alpha / √(length · width); the length is that of each sequence.
    private Tensor Noise(Tensor states, ModelInput input)
    {
        var width = states.size(-1);
        var noise = empty_like(states).uniform_(-1, 1, _generator);
        if (input.SequenceLengths is not { } lengths)
        {
            return noise * (noiseAlpha / Math.Sqrt(states.size(1) * (double)width));
        }

        var scale = lengths.SelectMany(
            length => Enumerable.Repeat((float)(noiseAlpha / Math.Sqrt(length * (double)width)), length)).ToArray();
        return noise * tensor(scale, device: states.device).to(states.dtype).view(1, -1, 1);
    }
}
