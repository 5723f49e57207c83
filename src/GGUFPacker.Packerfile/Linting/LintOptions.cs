using System.Collections.Immutable;
using GGUFPacker.Packerfile.Ignoring;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Packerfile.Linting;

/// <summary>What the rules know besides the file.</summary>
public sealed record LintOptions
{
    /// <summary>Arguments given from outside.</summary>
    public ImmutableDictionary<string, string> BuildArguments { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The arguments of the platform.</summary>
    public PlatformArguments Platform { get; init; } = new();

    /// <summary>The numbers of the stages whose instructions are looked at; null for all.</summary>
    public IReadOnlySet<int>? Stages { get; init; }

    /// <summary>What the build context leaves out.</summary>
    public IgnorePatterns Ignored { get; init; } = IgnorePatterns.None;

    /// <summary>The name of the file that says so.</summary>
    public string IgnoreFileName { get; init; } = IgnoreFile.Name;

    /// <summary>The names that <c>--build-context</c> gives.</summary>
    public ImmutableHashSet<string> NamedContexts { get; init; } = [];

    /// <summary>Whether a text names an image; the language does not know.</summary>
    public Func<string, bool> IsImageName { get; init; } = name => name.Length > 0;

    /// <summary>Whether a quantize type wants an importance matrix.</summary>
    public Func<string, bool> WantsImportanceMatrix { get; init; } = _ => false;
}
