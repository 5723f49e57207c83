namespace GGUFPacker.Testing.LlamaCpp;

/// <summary>
/// Where the libraries of the real llama.cpp v0.5.0 are: a folder that an environment variable names (the package @node-llama-cpp/linux-x64 3.22.1 from npm
/// has them in bins/linux-x64; .ci/parts gets it).
/// </summary>
public static class LlamaFolder
{
    /// <summary>The environment variable.</summary>
    public const string Variable = "GGUFPACKER_LLAMA_LIB";

    private static readonly string? Located = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path && Directory.Exists(path) ? path : null;

    /// <summary>The folder, if the variable is set.</summary>
    public static string? Path
    {
        get
        {
            Goldens.RequireDeclared(Variable);
            return Located;
        }
    }

    /// <summary>The file of a library, such as llama or ggml-base. A version may be a part of its name, as in libllama.v0.5.0.so.</summary>
    public static string? Find(string folder, string library)
    {
        var prefix = OperatingSystem.IsWindows() ? "" : "lib";
        var suffix = OperatingSystem.IsWindows() ? "dll" : OperatingSystem.IsMacOS() ? "dylib" : "so";
        return Directory.EnumerateFiles(folder, $"{prefix}{library}.*{suffix}").Order(StringComparer.Ordinal).FirstOrDefault();
    }
}
