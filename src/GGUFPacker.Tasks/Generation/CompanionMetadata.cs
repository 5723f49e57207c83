using Microsoft.Build.Framework;

namespace GGUFPacker.Tasks.Generation;

/// <summary>Reads <c>GGUFAdapter</c>, <c>GGUFProjector</c> and <c>GGUFDrafter</c> items.</summary>
internal static class CompanionMetadata
{
    /// <summary>Reads the items of one kind.</summary>
    /// <param name="kind">What they are for.</param>
    /// <param name="items">The items.</param>
    /// <param name="projectName">What a projector's file is called where the item does not say.</param>
    /// <param name="projectDirectory">What paths are relative to.</param>
    public static IEnumerable<CompanionModel> Read(
        CompanionKind kind, ITaskItem[] items, string projectName, string projectDirectory) => items.Select((item, index) =>
    {
        var source = ModelMetadata.Read(item, defaultName: "");
        var name = source.Name.Length > 0 ? source.Name : kind == CompanionKind.Projector ? projectName : NameOf(source);
        return new CompanionModel(kind, source with { Name = name }, index + 1)
        {
            Base = item.GetMetadata("Base") is { Length: > 0 } path ? BaseOf(path, projectDirectory) : null,
            Scale = item.GetMetadata("Scale") is { Length: > 0 } scale ? scale : null,
            SpecType = kind != CompanionKind.Drafter ? null : item.GetMetadata("SpecType") is { Length: > 0 } drafts ? drafts : DrafterType.Of(source),
            QuantizeType = item.GetMetadata("QuantizeType") is { Length: > 0 } type ? type.ToUpperInvariant() : null,
        };
    });

    private static ModelSource BaseOf(string path, string projectDirectory)
    {
        var local = path.Contains("://", StringComparison.Ordinal) ? path : Path.GetFullPath(path.Replace('\\', Path.DirectorySeparatorChar), projectDirectory);
        return new ModelSource(path, Path.TrimEndingDirectorySeparator(local), "auto", [], "");
    }

    private static string NameOf(ModelSource source)
    {
        var name = source.IsRemote ? source.RemoteName : Path.GetFileName(source.FullPath);
        return name.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) ? name[..^5] : name;
    }
}
