using Xunit;

namespace GGUFPacker.Testing;

/// <summary>Programs of other projects that some tests run.</summary>
public static class Programs
{
    /// <summary>The full path of a program; null if it is not on the PATH.</summary>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.Combine(directory, OperatingSystem.IsWindows() ? name + ".exe" : name))
        .FirstOrDefault(File.Exists);

    /// <summary>The full path of a program; skips the test if it is not on the PATH.</summary>
    public static string Require(string name)
    {
        var path = Find(name);
        Assert.SkipWhen(path is null, $"{name} is not installed (it is not on the PATH).");
        return path!;
    }
}
