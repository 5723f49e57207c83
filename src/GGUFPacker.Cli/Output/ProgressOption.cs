using System.CommandLine;

namespace GGUFPacker.Cli.Output;

/// <summary>The option <c>--progress</c>; where it is not given, buildx's variable BUILDKIT_PROGRESS counts, so that one setting holds for both.</summary>
internal static class ProgressOption
{
    private const string Variable = "BUILDKIT_PROGRESS";

    public static Option<string?> Create() => new("--progress")
    {
        Description = "How progress is shown: auto, plain, tty, rawjson or quiet (default: BUILDKIT_PROGRESS, else auto).",
        HelpName = "MODE",
    };

    /// <summary>The mode that is asked for.</summary>
    /// <exception cref="UsageException">There is none of that name, or no terminal for it.</exception>
    public static ProgressMode Resolve(string? value, CliEnvironment environment)
    {
        var mode = value is not null ? Parse("--progress", value)
            : environment.Variable(Variable) is { Length: > 0 } text ? Parse(Variable, text)
            : ProgressMode.Auto;
        return mode != ProgressMode.Tty || environment.Console.Terminal is not null
            ? mode
            : throw new UsageException("--progress=tty needs a terminal; plain works everywhere.");
    }

    private static ProgressMode Parse(string name, string text) => text switch
    {
        "auto" => ProgressMode.Auto,
        "plain" => ProgressMode.Plain,
        "tty" => ProgressMode.Tty,
        "rawjson" => ProgressMode.RawJson,
        "quiet" => ProgressMode.Quiet,
        _ => throw new UsageException($"{name} is auto, plain, tty, rawjson or quiet, not '{text}'."),
    };
}
