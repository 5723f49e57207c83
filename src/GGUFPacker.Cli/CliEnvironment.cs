using System.Text;
using GGUFPacker.Cli.Output;
using GGUFPacker.Cli.Running;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Cli;

/// <summary>What a command knows of the process around it.</summary>
internal sealed record CliEnvironment
{
    /// <summary>Where it prints.</summary>
    public required CliConsole Console { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>The user's home.</summary>
    public required string Home { get; init; }

    /// <summary>What relative paths are relative to.</summary>
    public required string CurrentDirectory { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether the console's streams are this process's own, which programs that it starts may take over.</summary>
    public bool OwnsStreams { get; init; }

    /// <summary>Whether somebody sits at a terminal.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>Tells the machine's memory.</summary>
    public Func<CliEnvironment, CancellationToken, Task<MachineMemory>> Machine { get; init; } = MachineMemory.ReadAsync;

    /// <summary>The environment of this process.</summary>
    public static CliEnvironment OfProcess()
    {
        if (OperatingSystem.IsWindows() && !System.Console.IsOutputRedirected)
        {
            System.Console.OutputEncoding = Encoding.UTF8;
        }

        return new CliEnvironment
        {
            Console = CliConsole.OfProcess(),
            Variable = Environment.GetEnvironmentVariable,
            Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
            CurrentDirectory = Environment.CurrentDirectory,
            OwnsStreams = true,
            IsInteractive = !System.Console.IsInputRedirected && !System.Console.IsOutputRedirected,
        };
    }

    /// <summary>A path that the user typed, in full.</summary>
    public string FullPath(string path) => Path.GetFullPath(path, CurrentDirectory);

    /// <summary>The directory of the store.</summary>
    public string StoreRoot => ContentStore.DefaultRoot(Variable, Home);

    /// <summary>Opens the store.</summary>
    public ContentStore OpenStore() => ContentStore.Open(StoreRoot, Time);
}
