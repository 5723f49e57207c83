using Xunit;

namespace GGUFPacker.Testing;

/// <summary>
/// Where the reference results are. The environment variable GGUFPACKER_GOLDENS names the full set;
/// without it the small subset of the repository (tests/Goldens, same layout) is used.
/// </summary>
public static class Goldens
{
    private static readonly string Located = Locate();

    /// <summary>The root of the goldens in use.</summary>
    public static string Root => Below("");

    /// <summary>The folder of the model checkpoints that accompany the full set (austen), or the sample's in the repository.</summary>
    public static string RepositoryRoot => FindRepositoryRoot();

    /// <summary>A path below the root.</summary>
    public static string Path(params ReadOnlySpan<string> parts) => Below(System.IO.Path.Combine(parts));

    /// <summary>A path in the repository's own subset, for tests that need a certain file as input rather than every case of a folder.</summary>
    public static string InRepository(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([FindRepositoryRoot(), "tests", "Goldens", .. parts]);

    /// <summary>The files of a folder that match, in name order; empty if the folder is not there.</summary>
    public static IReadOnlyList<string> Files(string folder, string pattern)
    {
        var path = Path(folder.Split('/'));
        return Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, pattern).Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>Fails a test that reads more than its <see cref="ReadsGoldensAttribute"/> says: CI would not run it with the data that it needs.</summary>
    internal static void RequireDeclared(string path)
    {
        var traits = TestContext.Current.TestMethod?.Traits ?? TestContext.Current.TestClass?.Traits;
        if (traits is null || !traits.TryGetValue(ReadsGoldensAttribute.Trait, out var folders))
        {
            return;
        }

        var read = path.Replace('\\', '/') + '/';
        if (!folders.Any(folder => folder != ReadsGoldensAttribute.Nothing && read.StartsWith(folder + '/', StringComparison.Ordinal)))
        {
            throw new InvalidOperationException($"The test says that it reads {string.Join(", ", folders)} of the goldens; it reads '{path}'.");
        }
    }

    private static string Below(string path)
    {
        RequireDeclared(path);
        return System.IO.Path.Combine(Located, path);
    }

    private static string Locate()
    {
        var fromEnvironment = Environment.GetEnvironmentVariable("GGUFPACKER_GOLDENS");
        return string.IsNullOrEmpty(fromEnvironment)
            ? System.IO.Path.Combine(FindRepositoryRoot(), "tests", "Goldens")
            : System.IO.Path.GetFullPath(fromEnvironment, FindRepositoryRoot());
    }

    private static string FindRepositoryRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(directory.FullName, "Directory.Packages.props")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"The tests run in {AppContext.BaseDirectory}, which is not inside the repository.");
    }
}
