using GGUFPacker.Testing;

namespace GGUFPacker.Tasks.Tests;

/// <summary>Writes the files that a test begins with.</summary>
internal static class TemporaryFiles
{
    /// <summary>Writes a file into a test's directory.</summary>
    /// <returns>Its full path.</returns>
    public static string Write(this TemporaryDirectory directory, string name, string text)
    {
        var path = directory[name];
        File.WriteAllText(path, text);
        return path;
    }
}
