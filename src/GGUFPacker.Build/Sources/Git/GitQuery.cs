using System.Globalization;
using System.Web;

namespace GGUFPacker.Build.Sources.Git;

/// <summary>
/// What BuildKit reads behind a repository's <c>?</c>: <c>ref</c>, <c>tag</c>, <c>branch</c>, <c>subdir</c>, <c>checksum</c> or <c>commit</c>,
/// <c>keep-git-dir</c>; and <c>submodules</c>,
/// <c>mtime</c>, <c>fetch-by-commit</c>, which change nothing here: submodules are left out, times are the build's, and a commit is always fetched by its name.
/// </summary>
/// <param name="Reference">A branch, tag or commit.</param>
/// <param name="Directory">The directory that is meant.</param>
internal sealed record GitQuery(string? Reference, string? Directory)
{
    /// <summary>What the commit's name begins with.</summary>
    public string? Checksum { get; init; }

    /// <summary>Whether <c>.git</c> is kept.</summary>
    public bool? KeepGitDirectory { get; init; }

    /// <summary>Reads a query.</summary>
    /// <param name="query">What stands behind the question mark.</param>
    /// <param name="reference">What the fragment says.</param>
    /// <param name="directory">What the fragment says.</param>
    /// <exception cref="FormatException">A name is unknown, stands twice or contradicts another.</exception>
    public static GitQuery Parse(string query, string? reference, string? directory)
    {
        var result = new GitQuery(reference, directory);
        string? tag = null, branch = null;
        var values = HttpUtility.ParseQueryString(query);
        foreach (var name in values.AllKeys)
        {
            if (values.GetValues(name) is not [var value])
            {
                throw new FormatException($"the query has '{name}' more than once");
            }

            // "?keep-git-dir" comes as a value without a name.
            var (key, text) = name is null ? (value, "") : (name, value);
            if (text.Length == 0 && key is not ("keep-git-dir" or "submodules" or "fetch-by-commit"))
            {
                throw new FormatException(name is null ? $"'{key}' of the query has no value" : $"'{key}' of the query is empty");
            }

            switch (key)
            {
                case "ref":
                    result = result with { Reference = Same(key, result.Reference, text) };
                    break;
                case "tag":
                    tag = text.StartsWith("refs/tags/", StringComparison.Ordinal) ? text : "refs/tags/" + text;
                    break;
                case "branch":
                    branch = text.StartsWith("refs/heads/", StringComparison.Ordinal) ? text : "refs/heads/" + text;
                    break;
                case "subdir":
                    result = result with { Directory = Same(key, result.Directory, text) };
                    break;
                case "checksum" or "commit":
                    result = result with { Checksum = text };
                    break;
                case "keep-git-dir":
                    result = result with { KeepGitDirectory = Switch(key, text) };
                    break;
                case "submodules" or "fetch-by-commit":
                    _ = Switch(key, text);
                    break;
                case "mtime" when text is "checkout" or "commit":
                    break;
                default:
                    throw new FormatException($"the query has '{key}{(text.Length == 0 ? "" : "=" + text)}', which means nothing");
            }
        }

        if (tag is not null && branch is not null)
        {
            throw new FormatException("the query names a tag and a branch");
        }

        return tag is null && branch is null ? result : result with { Reference = Same(tag is null ? "branch" : "tag", result.Reference, (tag ?? branch)!) };
    }

    private static string Same(string key, string? before, string text) =>
        before is null || before == text ? text : throw new FormatException($"the query's {key} '{text}' contradicts '{before}'");

    private static bool Switch(string key, string text) => text.ToLower(CultureInfo.InvariantCulture) switch
    {
        "" or "1" or "t" or "true" => true,
        "0" or "f" or "false" => false,
        _ => throw new FormatException($"'{key}' of the query is true or false, not '{text}'"),
    };
}
