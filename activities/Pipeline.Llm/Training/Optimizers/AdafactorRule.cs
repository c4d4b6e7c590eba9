using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Training.Optimizers;

/// <summary>Adafactor: a matrix keeps a row and a column of second moments instead of one number an element.</summary>
/// <remarks>Source: Adafactor (arXiv 1804.04235), with the defaults and the order of operations of transformers'
/// implementation.</remarks>
internal sealed class AdafactorRule(OptimizerSettings settings) : IUpdateRule
{
    private const double Tiny = 1e-30;
    private const double MinimumScale = 1e-3;
    private const double ClipThreshold = 1;
    private const double DecayRate = -0.8;

    public void Update(Tensor weights, Tensor gradient, ParameterState state, double rate, double weightDecay)
    {
        var step = StepSize(weights, state.Step, rate);
        var decay = 1 - Math.Pow(state.Step, DecayRate);
        var squared = gradient.square().add_(Tiny);
        var update = weights.ndim >= 2 ? Factored(squared, state, decay) : Plain(squared, state, decay);
        update = update.mul_(gradient);
        update = update.div_(Math.Max(1, RootMeanSquare(update) / ClipThreshold)).mul_(step);
        if (settings.Momentum > 0)
        {
            update = state.Get("exp_avg", () => zeros_like(weights)).mul_(settings.Momentum)
                .add_(update, 1 - settings.Momentum);
        }

        if (weightDecay != 0)
        {
            weights.mul_(1 - weightDecay * step);
        }

        weights.sub_(update);
    }

    private static double RootMeanSquare(Tensor values) =>
        linalg.vector_norm(values).ToDouble() / Math.Sqrt(values.numel());

    private static Tensor Factored(Tensor squared, ParameterState state, double decay)
    {
        var rows = state.Get("exp_avg_sq_row", () => zeros_like(squared.mean([-1L])));
        var columns = state.Get("exp_avg_sq_col", () => zeros_like(squared.mean([-2L])));
        rows.mul_(decay).add_(squared.mean([-1L]), 1 - decay);
        columns.mul_(decay).add_(squared.mean([-2L]), 1 - decay);
        var rowFactor = rows.div(rows.mean([-1L], true)).rsqrt_().unsqueeze(-1);
        return rowFactor.mul(columns.unsqueeze(-2).rsqrt());
    }

    private static Tensor Plain(Tensor squared, ParameterState state, double decay)
    {
        var second = state.Get("exp_avg_sq", () => zeros_like(squared));
        return second.mul_(decay).add_(squared, 1 - decay).rsqrt();
    }

    private double StepSize(Tensor weights, long step, double rate)
    {
        if (settings.RelativeStep)
        {
            rate = Math.Min(settings.WarmupInit ? 1e-6 * step : 1e-2, 1 / Math.Sqrt(step));
        }

        return settings.ScaleParameter ? Math.Max(MinimumScale, RootMeanSquare(weights)) * rate : rate;
    }
}
