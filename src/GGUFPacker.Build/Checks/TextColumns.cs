using System.Text;

namespace GGUFPacker.Build.Checks;

/// <summary>Lines of cells that stand below each other, the last cell of a line apart: what Go's tabwriter makes, and so what docker prints.</summary>
internal static class TextColumns
{
    public static void Write(TextWriter writer, int padding, IReadOnlyList<string[]> lines)
    {
        var widths = new int[lines.Max(line => line.Length)];
        foreach (var line in lines)
        {
            for (var i = 0; i < line.Length - 1; i++)
            {
                widths[i] = Math.Max(widths[i], Width(line[i]) + padding);
            }
        }

        foreach (var line in lines)
        {
            for (var i = 0; i < line.Length - 1; i++)
            {
                writer.Write(line[i] + new string(' ', widths[i] - Width(line[i])));
            }

            writer.Write(line[^1] + "\n");
        }
    }

    private static int Width(string text) => text.EnumerateRunes().Count();
}
