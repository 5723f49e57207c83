using System.Globalization;
using System.Text;
using GGUFPacker.Oci.Layers;

namespace GGUFPacker.Build.Embedded;

/// <summary>A layer's identity before its digest is known: its entries.</summary>
internal static class LayerKey
{
    public static string Of(IEnumerable<LayerEntry> entries)
    {
        var key = new StringBuilder();
        foreach (var entry in entries.OrderBy(entry => entry.Path, StringComparer.Ordinal))
        {
            key.Append(
                CultureInfo.InvariantCulture,
                $"{entry.Kind}\t{entry.Path}\t{entry.Mode}\t{entry.UserId}:{entry.GroupId}\t{entry.Modified}\t{entry.Size}\t{(entry.Content.IsEmpty ? "" : entry.Content.ToString())}\n");
        }

        return key.ToString();
    }
}
