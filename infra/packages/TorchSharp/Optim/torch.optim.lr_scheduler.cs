namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static LRScheduler LambdaLR(
                Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false) =>
                new impl.LambdaLR(optimizer, lr_lambda, last_epoch);

            /// <summary>Sets the learning rates; the constructor already applies the first epoch.</summary>
            public abstract class LRScheduler
            {
                private protected readonly Optimizer _optimizer;
                private protected int _epoch;

                private protected LRScheduler(Optimizer optimizer, int lastEpoch)
                {
                    _optimizer = optimizer;
                    _epoch = lastEpoch;
                    if (lastEpoch == -1)
                    {
                        foreach (var group in optimizer.ParamGroups)
                        {
                            group.InitialLearningRate = group.LearningRate;
                        }
                    }
                }

                public virtual void step()
                {
                    _epoch++;
                    foreach (var (group, rate) in _optimizer.ParamGroups.Zip(Rates()))
                    {
                        group.LearningRate = rate;
                    }
                }

                public IEnumerable<double> get_last_lr() =>
                    _optimizer.ParamGroups.Select(static g => g.LearningRate).ToList();

                private protected abstract IEnumerable<double> Rates();
            }

            public static class impl
            {
                public sealed class LambdaLR : LRScheduler
                {
                    private readonly Func<int, double> _factor;

                    internal LambdaLR(Optimizer optimizer, Func<int, double> factor, int lastEpoch)
                        : base(optimizer, lastEpoch)
                    {
                        _factor = factor;
                        step();
                    }

                    private protected override IEnumerable<double> Rates() =>
                        _optimizer.ParamGroups.Select(g => g.InitialLearningRate * _factor(_epoch)).ToList();
                }
            }
        }
    }
}
