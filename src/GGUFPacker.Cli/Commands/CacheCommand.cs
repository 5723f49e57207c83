using System.CommandLine;

namespace GGUFPacker.Cli.Commands;

/// <summary><c>gguf-packer cache</c>: what the local store holds, for images and for the next builds.</summary>
internal static class CacheCommand
{
    public static Command Create(CliEnvironment environment) => new("cache", "Shows and frees what the local store holds.")
    {
        CacheSizeCommand.Create(environment),
        CacheListCommand.Create(environment),
        CachePruneCommand.Create(environment),
    };
}
