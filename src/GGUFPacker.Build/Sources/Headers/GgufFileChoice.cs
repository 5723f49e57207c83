using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Build.Sources.Headers;

/// <summary>Which of a repository's GGUF files is meant.</summary>
internal static class GgufFileChoice
{
    private const int MostNames = 40;

    /// <summary>Chooses a model's first file.</summary>
    /// <param name="paths">The repository's files.</param>
    /// <param name="where">What errors call the repository.</param>
    /// <param name="directory">The directory or file that is meant; empty for all.</param>
    /// <param name="wanted">A path, a file's name, or what tells it from the others in its name, such as <c>Q4_K_M</c>; null if there is but one.</param>
    /// <exception cref="SourceException">None fits, or several do; the message lists them.</exception>
    public static string Choose(IEnumerable<string> paths, string where, string directory, string? wanted)
    {
        var files = paths
            .Where(path => path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)
                && (directory.Length == 0 || path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal).ToArray();
        if (files.Contains(directory, StringComparer.Ordinal) && wanted is null)
        {
            return directory;
        }

        var models = files.Where(
            path => GgufSplitName.TryParse(path) is null or { Number: 1 } && !NameOf(path).StartsWith("mmproj", StringComparison.OrdinalIgnoreCase)).ToArray();
        var chosen = wanted is null ? models
            : files.Where(path => path == wanted || NameOf(path) == wanted).ToArray() is { Length: > 0 } named ? named
            : models.Where(path => HasWord(NameOf(path), wanted)).ToArray();
        return chosen switch
        {
            [var only] => only,
            [] when models.Length == 0 => throw new SourceException($"{where} has no GGUF file of a model."),
            [] => throw new SourceException($"{where} has no GGUF file '{wanted}'; it has {List(models)}."),
            _ => throw new SourceException($"{where} has several models: name one with --file, or with its quantize type behind a colon. {(wanted is null ? "It has" : $"'{wanted}' is in")} {List(chosen)}."),
        };
    }

    // A whole word between dots and hyphens: Q4_K is not Q4_K_M.
    private static bool HasWord(string name, string word)
    {
        for (var at = name.IndexOf(word, StringComparison.OrdinalIgnoreCase); at >= 0; at = name.IndexOf(word, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var end = at + word.Length;
            if ((at == 0 || name[at - 1] is '-' or '.') && (end == name.Length || name[end] is '-' or '.'))
            {
                return true;
            }
        }

        return false;
    }

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static string List(string[] paths) =>
        string.Join(", ", paths.Take(MostNames)) + (paths.Length > MostNames ? $" and {paths.Length - MostNames} more" : "");
}
