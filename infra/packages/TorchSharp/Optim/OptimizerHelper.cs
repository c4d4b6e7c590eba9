using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Keeps one state per parameter, found by the parameter's native handle.</summary>
public abstract class OptimizerHelper : optim.Optimizer
{
    protected OrderedDict<IntPtr, OptimizerState> _state = new();

    public override void zero_grad()
    {
        foreach (var parameter in parameters())
        {
            using var grad = parameter.grad;
            if (grad is not null)
            {
                using var detached = grad.detach_().zero_().alias();
            }
        }
    }

    public virtual StateDictionary state_dict()
    {
        var dictionary = new StateDictionary();
        foreach (var group in _parameter_groups)
        {
            dictionary.Options.Add(group.Options);
            var indices = new List<int>();
            foreach (var parameter in group.Parameters)
            {
                if (_state.TryGetValue(parameter.handle, out var state))
                {
                    indices.Add(dictionary.State.Count);
                    dictionary.State.Add(state);
                }
            }

            dictionary.StateIndexRef.Add(indices);
        }

        return dictionary;
    }

    public virtual void load_state_dict(StateDictionary state_dict)
    {
        if (_parameter_groups.Count != state_dict.Options.Count)
        {
            throw new ArgumentException(
                "loaded state dict has a different number of parameter groups", nameof(state_dict));
        }

        for (var i = 0; i < _parameter_groups.Count; i++)
        {
            _parameter_groups[i].Options.LoadStateDict(state_dict.Options[i]);
            var own = _parameter_groups[i].Parameters.ToList();
            if (own.Count != state_dict.StateIndexRef[i].Count)
            {
                throw new ArgumentException(
                    $"parameter group {i} has another number of parameters", nameof(state_dict));
            }

            for (var j = 0; j < own.Count; j++)
            {
                _state[own[j].handle].LoadStateDict(state_dict.State[state_dict.StateIndexRef[i][j]]);
            }
        }
    }

    public void to(Device device)
    {
        foreach (var (_, state) in _state)
        {
            state.to(device);
        }
    }

    protected Tensor _step<T>(Action<T> body, Func<Tensor>? loss_closure = null)
        where T : ParamGroup
    {
        Tensor? loss = null;
        if (loss_closure is not null)
        {
            using var withGrad = enable_grad();
            loss = loss_closure();
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        foreach (var group in _parameter_groups.OfType<T>())
        {
            body(group);
        }

        // Without a closure there is no loss to return; the official package returns null here too.
        return loss!;
    }
}
