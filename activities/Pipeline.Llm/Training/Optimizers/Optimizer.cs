using Pipeline.Faults;
using Pipeline.Llm.Training.Checkpointing;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Optimizers;

/// <summary>Updates groups of parameters; a parameter that is not float32 gets a float32 master copy.</summary>
public sealed class Optimizer : IDisposable
{
    private readonly IUpdateRule _rule;
    private readonly Dictionary<string, ParameterState> _states = new(StringComparer.Ordinal);

    /// <summary>Makes an optimizer.</summary>
    /// <param name="groups">Groups with distinct parameter names.</param>
    /// <param name="settings">The rule and its numbers.</param>
    public Optimizer(IReadOnlyList<ParameterGroup> groups, OptimizerSettings settings)
    {
        Groups = groups;
        _rule = Rule(settings);
        foreach (var parameter in groups.SelectMany(group => group.Parameters))
        {
            _states.Add(parameter.Name, new ParameterState());
        }
    }

    /// <summary>The groups, in order.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>The memory of each parameter, by name.</summary>
    public IReadOnlyDictionary<string, ParameterState> States => _states;

    /// <summary>Bytes that the moments and master copies take.</summary>
    public long StateBytes =>
        _states.Values.SelectMany(state => state.Tensors.Values).Sum(t => t.numel() * t.element_size());

    /// <summary>Updates every parameter that has a gradient.</summary>
    /// <param name="rate">Scheduled learning rate, before the groups' factors.</param>
    public void Step(double rate)
    {
        using var noGrad = no_grad();
        foreach (var group in Groups)
        {
            using var scope = NewDisposeScope();
            var together = new List<ParameterUpdate>();
            foreach (var parameter in group.Parameters)
            {
                FaultPoint.Hit("train.parameter");
                if (parameter.Value.grad is not { } gradient)
                {
                    continue;
                }

                var state = _states[parameter.Name];
                state.Step++;
                if (_rule is AdamWRule && parameter.Value.dtype == ScalarType.Float32)
                {
                    together.Add(new(parameter.Value, gradient, state));
                }
                else
                {
                    Update(parameter.Value, gradient, state, rate * group.RateFactor, group.WeightDecay);
                }
            }

            (_rule as AdamWRule)?.Update(together, rate * group.RateFactor, group.WeightDecay);
        }
    }

    /// <summary>Forgets the gradients.</summary>
    public void ClearGradients()
    {
        foreach (var parameter in Groups.SelectMany(group => group.Parameters))
        {
            parameter.Value.grad = null;
        }
    }

    /// <summary>Moments and step counts as named tensors; the tensors stay the optimizer's.</summary>
    /// <returns>Names <c>parameter::moment</c>.</returns>
    public IEnumerable<(string Name, Tensor Value)> StateTensors() =>
        from state in _states
        from tensor in state.Value.Tensors
        select ($"{state.Key}::{tensor.Key}", tensor.Value);

    /// <summary>Step counts by parameter.</summary>
    /// <returns>Name and number of updates.</returns>
    public IReadOnlyDictionary<string, long> StepCounts() =>
        _states.ToDictionary(state => state.Key, state => state.Value.Step, StringComparer.Ordinal);

    /// <summary>Takes over a saved state.</summary>
    /// <param name="tensors">Tensors named as by <see cref="StateTensors"/>, on any device.</param>
    /// <param name="steps">Step counts by parameter.</param>
    /// <exception cref="CheckpointException">A name belongs to no parameter of this run.</exception>
    public void Restore(IEnumerable<(string Name, Tensor Value)> tensors, IReadOnlyDictionary<string, long> steps)
    {
        var devices = Groups.SelectMany(group => group.Parameters)
            .ToDictionary(p => p.Name, p => p.Value.device, StringComparer.Ordinal);
        foreach (var state in _states.Values)
        {
            state.Dispose();
        }

        foreach (var (name, value) in tensors)
        {
            var cut = name.LastIndexOf("::", StringComparison.Ordinal);
            var parameter = cut < 0 ? name : name[..cut];
            var state = _states.GetValueOrDefault(parameter)
                ?? throw new CheckpointException(
                    $"the checkpoint has optimizer state for '{parameter}', which this run does not train");
            state.Tensors.Add(name[(cut + 2)..], value.to(devices[parameter], copy: true).DetachFromDisposeScope());
        }

        foreach (var (name, step) in steps)
        {
            _states[name].Step = step;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var state in _states.Values)
        {
            state.Dispose();
        }
    }

    private static IUpdateRule Rule(OptimizerSettings settings)
    {
        var adamW = new AdamWRule(settings.Beta1, settings.Beta2, settings.Epsilon);
        return settings.Kind switch
        {
            OptimizerKind.AdamW8Bit => new AdamW8BitRule(adamW, settings.Beta1, settings.Beta2),
            OptimizerKind.Adafactor => new AdafactorRule(settings),
            OptimizerKind.Sgd => new SgdRule(settings.Momentum, settings.Nesterov),
            _ => adamW,
        };
    }

    private void Update(Tensor weights, Tensor gradient, ParameterState state, double rate, double weightDecay)
    {
        using var scope = NewDisposeScope();
        if (weights.dtype is ScalarType.Float32 or ScalarType.Float64)
        {
            _rule.Update(weights, gradient.to(weights.dtype), state, rate, weightDecay);
            return;
        }

        var master = state.Get("master", () => weights.to(float32));
        _rule.Update(master, gradient.to(float32), state, rate, weightDecay);
        weights.copy_(master);
    }
}
