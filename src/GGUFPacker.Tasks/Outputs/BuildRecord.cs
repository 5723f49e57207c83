using System.Collections.Immutable;
using System.Text;
using GGUFPacker.Build.Engine;

namespace GGUFPacker.Tasks.Outputs;

/// <summary>What a build leaves for the next one: MSBuild reads the lines, and takes the files' times for the build's.</summary>
internal static class BuildRecord
{
    /// <summary>Writes the files of the output directory, a path a line.</summary>
    public static void WriteOutputs(string path, IEnumerable<string> outputs) => Write(path, outputs);

    /// <summary>
    /// Writes the images, <c>reference|digest|content|name</c> a line: what each is called, and two files of the store: one of them is gone when the image or
    /// its name is.
    /// </summary>
    public static void WriteImages(string path, IEnumerable<(string Reference, string Digest, string ContentPath, string NamePath)> images) =>
        Write(path, images.Select(image => $"{image.Reference}|{image.Digest}|{image.ContentPath}|{image.NamePath}"));

    /// <summary>Writes what is told of each file, a line each.</summary>
    public static void WriteEstimates(string path, IEnumerable<string> lines) => Write(path, lines);

    private static void Write(string path, IEnumerable<string> lines)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = path + ".tmp";
        File.WriteAllLines(temporary, lines, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.Move(temporary, path, overwrite: true);
    }
}
