using Pipeline.Evaluation.Metrics;

namespace Pipeline.Evaluation.Reports.Plots;

/// <summary>A confusion matrix as a heat map; shades are shares of the true label's rows.</summary>
public static class ConfusionPlot
{
    private const double Left = 120;
    private const double Top = 96;

    /// <summary>Draws a matrix.</summary>
    /// <param name="matrix">The counts.</param>
    /// <returns>The drawing.</returns>
    public static SvgPlot Draw(ConfusionMatrix matrix)
    {
        var n = matrix.Labels.Count;
        var cell = Math.Clamp(560.0 / n, 18, 46);
        var canvas = new SvgCanvas(Left + n * cell + 110, Top + n * cell + 30, "confusion matrix");
        canvas.Text(Left + n * cell / 2, 14, "predicted", "middle", "axis");
        canvas.Text(14, Top + n * cell / 2, "true", "middle", "axis", -90);
        for (var i = 0; i < n; i++)
        {
            canvas.Text(Left - 8, Top + (i + 0.5) * cell + 4, SvgCanvas.Cut(matrix.Labels[i], 12), "end");
            canvas.Text(
                Left + (i + 0.5) * cell + 4, Top - 8, SvgCanvas.Cut(matrix.Labels[i], 12), "start", "label", -55);
            var rows = Math.Max(1, matrix.Support(i));
            for (var j = 0; j < n; j++)
            {
                var share = (double)matrix[i, j] / rows;
                canvas.Rectangle(Left + j * cell, Top + i * cell, cell - 1, cell - 1, i == j ? "right" : "wrong",
                    $"true {matrix.Labels[i]}, predicted {matrix.Labels[j]}: {matrix[i, j]} of {matrix.Support(i)}",
                    matrix[i, j] == 0 ? 0.04 : 0.15 + 0.85 * share);
                if (matrix[i, j] > 0 && cell >= 24)
                {
                    canvas.Text(Left + (j + 0.5) * cell, Top + (i + 0.5) * cell + 4, matrix[i, j].ToString(), "middle",
                        share > 0.5 ? "cell strong" : "cell");
                }
            }

            canvas.Text(Left + n * cell + 10, Top + (i + 0.5) * cell + 4, $"{100.0 * matrix[i, i] / rows:0} %", "start",
                "tick");
        }

        if (matrix.Outside > 0)
            canvas.Text(Left, Top + n * cell + 20, $"{matrix.Outside} answers are none of the labels", "start", "tick");
        return canvas.Finish();
    }
}
