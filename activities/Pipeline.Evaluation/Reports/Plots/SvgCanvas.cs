using System.Globalization;
using System.Text;

namespace Pipeline.Evaluation.Reports.Plots;

/// <summary>
/// Draws simple shapes; colours come from the classes of the report's style sheet, so that they follow light and dark
/// pages.
/// </summary>
internal sealed class SvgCanvas(double width, double height, string description)
{
    private readonly StringBuilder _body = new();

    public double Width { get; } = width;

    public double Height { get; } = height;

    public void Line(double x1, double y1, double x2, double y2, string style) =>
        Add($"<line x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\" class=\"{style}\"/>");

    public void Rectangle(
        double x, double y, double width, double height, string style, string? title = null, double opacity = 1) =>
        Add($"<rect x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(Math.Max(0, width))}\" height=\"{N(Math.Max(0, height))}\" "
            + $"class=\"{style}\" fill-opacity=\"{N(opacity)}\">{Title(title)}</rect>");

    public void Circle(double x, double y, double radius, string style, string? title = null) =>
        Add($"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(radius)}\" class=\"{style}\">{Title(title)}</circle>");

    public void Path(IEnumerable<(double X, double Y)> points, string style)
    {
        var data = string.Join(' ', points.Select((point, i) => $"{(i == 0 ? 'M' : 'L')}{N(point.X)} {N(point.Y)}"));
        Add($"<path d=\"{data}\" class=\"{style}\"/>");
    }

    public void Text(
        double x, double y, string text, string anchor = "start", string style = "label", double rotate = 0)
    {
        var turned = rotate == 0 ? "" : $" transform=\"rotate({N(rotate)} {N(x)} {N(y)})\"";
        Add($"<text x=\"{N(x)}\" y=\"{N(y)}\" text-anchor=\"{anchor}\" class=\"{style}\"{turned}"
            + $">{SafeText.Encode(text)}</text>");
    }

    public SvgPlot Finish() => new(
        $"<svg viewBox=\"0 0 {N(Width)} {N(Height)}\" width=\"{N(Width)}\" height=\"{N(Height)}\" role=\"img\" "
            + $"aria-label=\"{SafeText.Encode(description)}\" xmlns=\"http://www.w3.org/2000/svg\">{_body}</svg>");

    /// <summary>Cuts a text to a width in characters.</summary>
    public static string Cut(string text, int characters) =>
        text.Length <= characters ? text : text[..(characters - 1)] + "…";

    private static string Title(string? text) => text is null ? "" : $"<title>{SafeText.Encode(text)}</title>";

    private static string N(double value) =>
        (double.IsFinite(value) ? Math.Round(value, 2) : 0).ToString(CultureInfo.InvariantCulture);

    private void Add(string markup) => _body.Append(markup);
}
