namespace Pipeline.Evaluation.Reports.Plots;

/// <summary>A finished drawing; made by the plot classes only, which escape every text.</summary>
public sealed class SvgPlot
{
    internal SvgPlot(string markup) => Markup = markup;

    /// <summary>An <c>svg</c> element without scripts and outside references.</summary>
    public string Markup { get; }
}
