using System.Collections.Immutable;

namespace GGUFPacker.Cli.Running;

/// <summary>How a model is to be run, besides what its image says.</summary>
internal sealed record RunOptions
{
    /// <summary>The address to listen on; null for the engine's own.</summary>
    public string? Host { get; init; }

    /// <summary>The port to listen on; null for the model's own.</summary>
    public int? Port { get; init; }

    /// <summary>What a container gets of the GPUs: <c>auto</c>, <c>none</c>, or a value of Docker's <c>--gpus</c>.</summary>
    public string Gpus { get; init; } = "auto";

    /// <summary>The name of the container, or of the log.</summary>
    public required string Name { get; init; }

    /// <summary>Environment variables.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Whether it runs on after this tool has ended.</summary>
    public bool IsDetached { get; init; }

    /// <summary>Whether somebody sits at a terminal.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>Options for <c>docker run</c> as they are.</summary>
    public ImmutableArray<string> DockerArguments { get; init; } = [];

    /// <summary>Arguments for the server, after the model's own.</summary>
    public ImmutableArray<string> ServerArguments { get; init; } = [];
}
