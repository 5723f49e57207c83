using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Build.Images;

/// <summary>The arguments that an image's model starts with, and the files of the image that they name. Immutable.</summary>
public sealed record ModelCommand
{
    /// <summary>Reads arguments.</summary>
    /// <param name="arguments">The arguments of CMD after expansion; none for an image without a model.</param>
    public ModelCommand(ImmutableArray<string> arguments)
    {
        Arguments = arguments;
        Files = new CmdInstruction(SourceSpan.File(""), "") { Keyword = "CMD", Arguments = arguments }.Files;
    }

    /// <summary>No arguments.</summary>
    public static ModelCommand Empty { get; } = new([]);

    /// <summary>The arguments.</summary>
    public ImmutableArray<string> Arguments { get; }

    /// <summary>The files: model, drafter, projector, then the adapters in order. A file may be named twice.</summary>
    public ImmutableArray<CommandFile> Files { get; }

    /// <summary>The absolute path in the image that an argument names: relative ones begin at <c>/</c>.</summary>
    public static string PathInImage(string value)
    {
        var parts = new List<string>();
        foreach (var part in value.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts);
    }
}
