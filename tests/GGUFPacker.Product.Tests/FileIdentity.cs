using System.Diagnostics;
using System.Globalization;

namespace GGUFPacker.Product.Tests;

/// <summary>Tells whether two names are one file.</summary>
internal static class FileIdentity
{
    /// <summary>The file's number on its volume, which all its hard links share; needs stat, so not for Windows.</summary>
    public static long Inode(string path)
    {
        string[] arguments = OperatingSystem.IsMacOS() ? ["-f", "%i", path] : ["-c", "%i", path];
        using var stat = Process.Start(new ProcessStartInfo("stat", arguments) { RedirectStandardOutput = true })!;
        var text = stat.StandardOutput.ReadToEnd();
        stat.WaitForExit();
        return long.Parse(text, CultureInfo.InvariantCulture);
    }
}
