namespace GGUFPacker.Cli.Running;

/// <summary>What a container gets of the machine's GPUs.</summary>
internal static class GpuChoice
{
    /// <summary>All, if Docker hands them out.</summary>
    public const string Auto = "auto";

    /// <summary>None.</summary>
    public const string None = "none";

    /// <summary>The value of Docker's <c>--gpus</c>; null for none.</summary>
    public static async Task<string?> ResolveAsync(string wanted, CliEnvironment environment, CancellationToken cancellationToken) => wanted switch
    {
        None => null,
        Auto => ProgramPath.Find(environment, DockerProgram.Name) is { } docker
            && await DockerProgram.HasGpusAsync(docker, cancellationToken).ConfigureAwait(false) ? "all" : null,
        _ => wanted,
    };
}
