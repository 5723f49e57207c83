namespace GGUFPacker.Cli.Running;

/// <summary>Finds programs as a shell does.</summary>
internal static class ProgramPath
{
    /// <summary>The full path of a program; null if there is none.</summary>
    /// <param name="environment">Its PATH is searched; on Windows PATHEXT too.</param>
    /// <param name="name">A name, or a path with a directory in it, which is not searched for.</param>
    public static string? Find(CliEnvironment environment, string name)
    {
        string[] endings = OperatingSystem.IsWindows()
            ? ["", .. (environment.Variable("PATHEXT") ?? ".EXE;.CMD;.BAT").Split(';', StringSplitOptions.RemoveEmptyEntries)]
            : [""];
        var directories = IsPath(name)
            ? [environment.CurrentDirectory]
            : (environment.Variable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return directories
            .SelectMany(directory => endings.Select(ending => Path.GetFullPath(Path.Combine(directory, name + ending), environment.CurrentDirectory)))
            .FirstOrDefault(IsProgram);
    }

    private static bool IsPath(string name) => name.AsSpan().ContainsAny('/', Path.DirectorySeparatorChar);

    private static bool IsProgram(string path) =>
        File.Exists(path)
        && (OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
