using System.Collections.Immutable;

namespace GGUFPacker.Cli.Running;

/// <summary>The program that runs a model.</summary>
/// <param name="Program">Its name or path.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record RunPlan(string Program, ImmutableArray<string> Arguments)
{
    /// <summary>What is added to its environment.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Where the model answers on this machine; null if that cannot be asked over TCP.</summary>
    public Uri? Address { get; init; }

    /// <summary>The container's name; null without one.</summary>
    public string? Container { get; init; }
}
