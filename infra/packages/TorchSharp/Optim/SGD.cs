using static TorchSharp.torch;

namespace TorchSharp.Modules;

public class SGD : OptimizerHelper
{
    private readonly (double Momentum, double Dampening, double Decay, bool Nesterov, bool Maximize) _settings;

    public SGD(
        IEnumerable<Parameter> parameters, double lr, double momentum = 0.0, double dampening = 0,
        double weight_decay = 0,
        bool nesterov = false, bool maximize = false)
    {
        if (lr < 0 || momentum < 0 || weight_decay < 0 || (nesterov && (momentum == 0 || dampening != 0)))
        {
            throw new ArgumentException(
                "SGD needs lr, momentum and weight_decay of 0 or more; Nesterov needs momentum and no dampening");
        }

        _settings = (momentum, dampening, weight_decay, nesterov, maximize);
        var options = new OptimizerOptions { LearningRate = lr, InitialLearningRate = lr };
        var group = new Modules.ParamGroup { Parameters = parameters.ToList(), Options = options };
        add_param_group(group);
        foreach (var parameter in group.Parameters)
        {
            _state[parameter.Handle] = new State(parameter);
        }
    }

    public override Tensor step(Func<Tensor>? closure = null) => _step<Modules.ParamGroup>(StepGroup, closure);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        foreach (var (_, state) in _state)
        {
            ((State)state).Dispose();
        }

        _state.Clear();
    }

    private void StepGroup(Modules.ParamGroup group)
    {
        foreach (var parameter in group.Parameters)
        {
            if (parameter.grad is not { } grad)
            {
                continue;
            }

            if (_settings.Decay != 0)
            {
                grad = grad.add(parameter, _settings.Decay);
            }

            if (_settings.Momentum != 0)
            {
                var state = (State)_state[parameter.handle];
                if (state.momentum_buffer is null)
                {
                    state.momentum_buffer = grad.clone().detach().DetachFromDisposeScope();
                }
                else
                {
                    state.momentum_buffer.mul_(_settings.Momentum).add_(grad, 1 - _settings.Dampening);
                }

                grad = _settings.Nesterov ? grad.add(state.momentum_buffer, _settings.Momentum) : state.momentum_buffer;
            }

            parameter.add_(grad, _settings.Maximize ? group.LearningRate : -group.LearningRate);
        }
    }

    public sealed class State(Parameter parameter) : OptimizerState(parameter), IDisposable
    {
        public Tensor? momentum_buffer;

        public override void Initialize(OptimizerOptions options) => momentum_buffer = null;

        public override void LoadStateDict(OptimizerState source)
        {
            momentum_buffer?.Dispose();
            momentum_buffer = ((State)source).momentum_buffer?.clone().DetachFromDisposeScope();
        }

        public override void to(Device device) =>
            momentum_buffer = momentum_buffer?.to(device, disposeAfter: true).DetachFromDisposeScope();

        public void Dispose() => momentum_buffer?.Dispose();
    }
}
