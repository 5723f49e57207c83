using GGUFPacker.Estimation.Reports;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Estimation.Pictures;

/// <summary>Estimates as a page that needs nothing else: the picture and the figures behind it.</summary>
public static class EstimatePage
{
    private const string Style = """
        <style>
        :root { color-scheme: light dark; }
        body { font: 14px system-ui, sans-serif; max-width: 900px; margin: 2rem auto; padding: 0 1rem; }
        table { border-collapse: collapse; margin: 1rem 0; }
        th, td { padding: 4px 10px; text-align: right; border-bottom: 1px solid light-dark(#d1d9e0, #3d444d); }
        th:first-child, td:first-child { text-align: left; }
        svg { width: 100%; height: auto; }
        </style>

        """;

    /// <summary>Writes the page.</summary>
    /// <param name="document">The estimates.</param>
    /// <param name="curve">Memory over context; null for none.</param>
    public static string Write(EstimateDocument document, ContextCurve? curve = null)
    {
        ArgumentNullException.ThrowIfNull(document);
        var html = new SvgWriter();
        html.Raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.Text("title", $"Memory of {document.Name}");
        html.Raw(Style).Raw("</head>\n<body>\n");
        html.Raw(MemoryPicture.Draw(document, curve));
        foreach (var row in document.Rows)
        {
            WriteTable(html, row);
        }

        html.Text("p", MemoryPicture.Subtitle(document) + ". Pages of a mapped file are not counted: the system drops them when it needs room.");
        return html.Raw("</body>\n</html>\n").ToString();
    }

    private static void WriteTable(SvgWriter html, EstimateRow row)
    {
        html.Text("h3", BarsDrawing.Label(row.Estimate));
        html.Begin("table");
        html.Begin("tr");
        foreach (var header in new[] { "Device", "Weights", "KV cache", "Compute", "Output", "Platform", "Total", "Size" })
        {
            html.Text("th", header);
        }

        html.End("tr");
        foreach (var memory in BarsDrawing.MemoriesOf(row.Estimate))
        {
            html.Begin("tr");
            html.Text("td", BarsDrawing.NameOf(memory));
            foreach (var bytes in new[] { memory.Weights - memory.MappedWeights, memory.Cache, memory.Compute, memory.Output, memory.Footprint, memory.Anonymous })
            {
                html.Text("td", GgufUnits.FormatBytes(bytes));
            }

            html.Text("td", memory.Device.MemoryBytes > 0 ? GgufUnits.FormatBytes(memory.Device.MemoryBytes) : "");
            html.End("tr");
        }

        html.End("table");
    }
}
