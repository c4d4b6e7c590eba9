using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    public sealed class Embedding : nn.Module<Tensor, Tensor>
    {
        private readonly long? _paddingIdx;
        private readonly bool _scaleGradByFreq;
        private readonly bool _sparse;

        [ComponentName(Name = nameof(weight))]
        private Parameter? _weight;

        internal Embedding(Parameter weight, long? paddingIdx, bool scaleGradByFreq, bool sparse)
            : base(nameof(Embedding))
        {
            (_weight, _paddingIdx, _scaleGradByFreq, _sparse) = (weight, paddingIdx, scaleGradByFreq, sparse);
            ConditionallyRegisterParameter(nameof(weight), weight);
        }

        public Parameter? weight
        {
            get => _weight;
            set
            {
                _weight = value;
                ConditionallyRegisterParameter(nameof(weight), value);
            }
        }

        public override Tensor forward(Tensor input) =>
            Aten.Embedding.Call(_weight, input, _paddingIdx ?? -1, _scaleGradByFreq, _sparse);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Embedding Embedding(
                long num_embeddings, long embedding_dims, long? padding_idx = null, double? max_norm = null,
                double norm_type = 2.0, bool scale_grad_by_freq = false, bool sparse = false, Device? device = null,
                ScalarType? dtype = null)
            {
                RefuseMaxNorm(max_norm);
                using var noGrad = no_grad();
                var weight = empty([num_embeddings, embedding_dims], dtype, device).DetachFromDisposeScope().normal_();
                if (padding_idx is { } row)
                {
                    using var padding = weight[row];
                    padding.zero_();
                }

                return new(weight.AsParameter(), padding_idx, scale_grad_by_freq, sparse);
            }

            public static Modules.Embedding Embedding_from_pretrained(
                Tensor embeddings, bool freeze = true, long? padding_idx = null, double? max_norm = null,
                double norm_type = 2.0, bool scale_grad_by_freq = false, bool sparse = false, Device? device = null,
                ScalarType? dtype = null)
            {
                RefuseMaxNorm(max_norm);
                using var shared = embeddings.detach().DetachFromDisposeScope();
                var weight = shared.to(dtype ?? embeddings.dtype, device ?? embeddings.device).DetachFromDisposeScope();
                return new(new Modules.Parameter(weight, !freeze), padding_idx, scale_grad_by_freq, sparse);
            }

            private static void RefuseMaxNorm(double? maxNorm)
            {
                if (maxNorm is not null)
                {
                    throw new NotSupportedException("max_norm is not supported by this libtorch layer");
                }
            }
        }
    }
}
