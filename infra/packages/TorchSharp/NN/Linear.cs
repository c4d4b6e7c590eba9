using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    public sealed class Linear : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = nameof(weight))]
        private Parameter _weight;

        [ComponentName(Name = nameof(bias))]
        private Parameter? _bias;

        internal Linear(Parameter weight, Parameter? bias)
            : base(nameof(Linear))
        {
            (out_features, in_features) = (weight.size(0), weight.size(1));
            _weight = weight;
            _bias = bias;
            ConditionallyRegisterParameter(nameof(weight), weight);
            ConditionallyRegisterParameter(nameof(bias), bias);
        }

        public long in_features { get; set; }

        public long out_features { get; set; }

        // Both setters dispose of the old parameter.
        public Parameter weight
        {
            get => _weight;
            set
            {
                if (!ReferenceEquals(value, _weight))
                {
                    _weight.Dispose();
                    _weight = value;
                    ConditionallyRegisterParameter(nameof(weight), value);
                }
            }
        }

        public Parameter? bias
        {
            get => _bias;
            set
            {
                if (!ReferenceEquals(value, _bias))
                {
                    _bias?.Dispose();
                    _bias = value;
                    ConditionallyRegisterParameter(nameof(bias), value);
                }
            }
        }

        public override Tensor forward(Tensor tensor) => nn.functional.linear(tensor, _weight, _bias);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Linear Linear(
                long inputSize, long outputSize, bool hasBias = true, Device? device = null, ScalarType? dtype = null)
            {
                var weight = empty([outputSize, inputSize], dtype, device).DetachFromDisposeScope();
                init.kaiming_uniform_(weight, Math.Sqrt(5));
                Tensor? bias = null;
                if (hasBias)
                {
                    var bound = inputSize > 0 ? 1 / Math.Sqrt(inputSize) : 0;
                    bias = init.uniform_(empty([outputSize], dtype, device).DetachFromDisposeScope(), -bound, bound);
                }

                return new Modules.Linear(weight.AsParameter(), bias?.AsParameter());
            }

            public static Modules.Linear Linear(Modules.Parameter weight, Modules.Parameter? bias = null) =>
                new(weight, bias);
        }
    }
}
