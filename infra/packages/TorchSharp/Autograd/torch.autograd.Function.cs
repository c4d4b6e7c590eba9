namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        public abstract class Function<T>
            where T : Function<T>, new()
        {
            public abstract string Name { get; }

            // One instance for the process: state belongs into the context.
            internal static T Instance { get; } = new();

            internal abstract List<Tensor> ForwardAll(AutogradContext ctx, object[] vars);

            internal abstract List<Tensor?> BackwardAll(AutogradContext ctx, List<Tensor> gradOutputs);

            internal static List<Tensor> Apply(object[] vars) =>
                FunctionNode.Run(Instance.ForwardAll, Instance.BackwardAll, vars);
        }

        public abstract class SingleTensorFunction<T> : Function<T>
            where T : SingleTensorFunction<T>, new()
        {
            public static Tensor apply(params object[] vars) => Apply(vars)[0];

            public abstract Tensor forward(AutogradContext ctx, params object[] vars);

            public abstract List<Tensor> backward(AutogradContext ctx, Tensor grad_output);

            internal sealed override List<Tensor> ForwardAll(AutogradContext ctx, object[] vars) =>
                [forward(ctx, vars)];

            internal sealed override List<Tensor?> BackwardAll(AutogradContext ctx, List<Tensor> gradOutputs) =>
                [.. backward(ctx, gradOutputs[0])];
        }

        public abstract class MultiTensorFunction<T> : Function<T>
            where T : MultiTensorFunction<T>, new()
        {
            public static List<Tensor> apply(params object[] vars) => Apply(vars);

            public abstract List<Tensor> forward(AutogradContext ctx, params object[] vars);

            public abstract List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs);

            internal sealed override List<Tensor> ForwardAll(AutogradContext ctx, object[] vars) => forward(ctx, vars);

            internal sealed override List<Tensor?> BackwardAll(AutogradContext ctx, List<Tensor> gradOutputs) =>
                [.. backward(ctx, gradOutputs)];
        }
    }
}
