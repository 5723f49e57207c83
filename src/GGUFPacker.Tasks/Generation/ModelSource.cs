using System.Collections.Immutable;

namespace GGUFPacker.Tasks.Generation;

/// <summary>A <c>GGUFModel</c> item.</summary>
/// <param name="Include">As it stands in the project.</param>
/// <param name="FullPath">A checkpoint's directory or a GGUF file, where it is on this machine.</param>
/// <param name="ConvertType">The type to convert a checkpoint to.</param>
/// <param name="ConvertFlags">Further flags of CONVERT, such as <c>pre-tokenizer</c>.</param>
/// <param name="Name">What its files are called, before the type.</param>
internal sealed record ModelSource(
    string Include,
    string FullPath,
    string ConvertType,
    ImmutableArray<KeyValuePair<string, string?>> ConvertFlags,
    string Name)
{
    /// <summary>Whether it is elsewhere: a repository of a hub or of git, or a file on the web.</summary>
    public bool IsRemote => Include.Contains("://", StringComparison.Ordinal);

    /// <summary>Whether it is a GGUF file rather than a checkpoint's directory.</summary>
    public bool IsFile => IsRemote ? RemoteName.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) : File.Exists(FullPath);

    /// <summary>The last name in the address, which a conversion takes the model's metadata from.</summary>
    public string RemoteName
    {
        get
        {
            var path = Include.Split('#', '?')[0].TrimEnd('/');
            var name = path[(path.LastIndexOf('/') + 1)..].Split('@')[0];
            return name.EndsWith(".git", StringComparison.Ordinal) ? name[..^4] : name;
        }
    }
}
