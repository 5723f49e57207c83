using System.Globalization;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Build.Engine;

/// <summary>So many files with so many bytes in all.</summary>
/// <param name="Files">The number of files.</param>
/// <param name="Bytes">Their bytes.</param>
public readonly record struct BuildVolume(int Files, long Bytes)
{
    /// <summary>This volume with a file more.</summary>
    public BuildVolume Add(long bytes) => new(Files + 1, Bytes + bytes);

    /// <summary>For people: <c>2 files (4.62 GiB)</c>.</summary>
    /// <param name="named">Whether the noun stands behind the number.</param>
    public string Describe(bool named = true)
    {
        var noun = !named ? "" : Files == 1 ? " file" : " files";
        return string.Create(CultureInfo.InvariantCulture, $"{Files}{noun} ({GgufUnits.FormatBytes(Bytes)})");
    }
}
