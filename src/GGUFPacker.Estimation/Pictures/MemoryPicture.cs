using GGUFPacker.Estimation.Reports;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Estimation.Pictures;

/// <summary>Estimates as an SVG picture: bars of what each device holds and, if it is given, memory over context.</summary>
public static class MemoryPicture
{
    internal const double Width = 860;

    private const double Top = 56;
    private const double Gap = 28;

    /// <summary>Draws the picture.</summary>
    /// <param name="document">The estimates.</param>
    /// <param name="curve">Memory over context; null for the bars alone.</param>
    /// <returns>A whole SVG document.</returns>
    public static string Draw(EstimateDocument document, ContextCurve? curve = null)
    {
        ArgumentNullException.ThrowIfNull(document);
        var content = new SvgWriter();
        var y = BarsDrawing.Draw(content, document, Top);
        if (curve is { Points.Length: > 1 })
        {
            y = CurveDrawing.Draw(content, curve, y + Gap);
        }

        var svg = new SvgWriter();
        svg.Begin(
            "svg",
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("class", "ggufpacker"),
            ("viewBox", FormattableString.Invariant($"0 0 {Width} {y + 12:0.##}")),
            ("role", "img"));
        svg.Text("title", $"Memory of {document.Name}");
        svg.Raw(PictureStyle.Css);
        svg.Text("text", document.Name, ("x", 16.0), ("y", 26.0), ("class", "title"));
        svg.Text("text", Subtitle(document), ("x", 16.0), ("y", 44.0), ("class", "soft"));
        svg.Raw(content.ToString());
        return svg.End("svg").ToString();
    }

    internal static string Subtitle(EstimateDocument document)
    {
        var estimate = document.Rows[0].Estimate;
        var exactness = document.Rows.All(row => row.Estimate.Confidence == EstimateConfidence.Exact) ? "exact" : "approximate";
        return $"{estimate.Model.Architecture}, {GgufUnits.FormatBytes(document.TensorBytes)} of weights; {estimate.Arguments.Engine.Name}, {estimate.Arguments.Engine.Version}; {exactness}";
    }
}
