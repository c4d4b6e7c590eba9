using System.Globalization;
using Pipeline.Llm.Training;

namespace Pipeline.Tools.Train;

/// <summary>Shows a run: a line for each log step, on a terminal also a moving line with the curve of the
/// loss.</summary>
internal sealed class TrainConsole(TextWriter output, bool isTerminal) : IProgress<TrainingStep>
{
    private readonly List<double> _losses = [];

    public void Report(TrainingStep value)
    {
        _losses.Add(value.Loss);
        foreach (var alert in value.Alerts)
        {
            Line($"alert: {alert}");
        }

        if (value.Log is { } log)
        {
            Line(string.Create(CultureInfo.InvariantCulture,
                $"step {value.Step,5}/{value.TotalSteps} loss {log.Loss:F4} acc {log.TokenAccuracy:P1} entropy "
                    + $"{log.Entropy:F3} ")
                + string.Create(CultureInfo.InvariantCulture,
                $"|g| {log.GradientNorm:F3} lr {log.LearningRate:E2} {log.TokensPerSecond:F0} tok/s "
                    + $"{log.PeakMemoryBytes / 1e6:F0} MB eta {value.Remaining:h\\:mm\\:ss}"));
        }

        if (value.Evaluation is { } point)
        {
            Line(string.Create(
                CultureInfo.InvariantCulture, $"step {value.Step,5}/{value.TotalSteps} eval loss {point.Metric:F4}"));
        }

        if (isTerminal)
        {
            output.Write(
                $"\r{Sparkline.Of(_losses, 40)} {value.Step}/{value.TotalSteps} loss {value.Loss:F3} eta "
                    + $"{value.Remaining:h\\:mm\\:ss}\u001b[K");
        }
    }

    /// <summary>What came out, with the curve of the whole run.</summary>
    public void Summary(TrainingResult result)
    {
        Line($"loss {Sparkline.Of(_losses, 60)}");
        Line(string.Create(CultureInfo.InvariantCulture,
            $"{result.Reason}: {result.Steps} steps, {result.Tokens:N0} tokens ({result.SupervisedTokens:N0} "
                + $"supervised), ")
            + string.Create(CultureInfo.InvariantCulture,
            $"{result.SkippedSteps} skipped, peak {result.PeakMemoryBytes / 1e6:F0} MB; weights of step "
                + $"{result.ExportedStep} in {result.Output}"));
    }

    private void Line(string text) => output.WriteLine(isTerminal ? $"\r{text}\u001b[K" : text);
}
