using System.Collections.Immutable;
using System.Globalization;
using GGUFPacker.Build.Images;

namespace GGUFPacker.Cli.Running;

/// <summary>
/// A server in a container: <c>docker run</c> in the original's form. The model's files are mounted read-only, because they are the store's own bytes, and the
/// container gets no privileges.
/// </summary>
internal static class ContainerPlan
{
    private const int DefaultPort = 8080;
    private const string AllInterfaces = "0.0.0.0";

    /// <summary>Creates the plan.</summary>
    /// <param name="image">The server's image.</param>
    /// <param name="command">The model's CMD.</param>
    /// <param name="tree">The model's files.</param>
    /// <param name="gpus">The value of <c>--gpus</c>; null for none.</param>
    /// <param name="options">The rest.</param>
    public static RunPlan Create(string image, ModelCommand command, ModelTree tree, string? gpus, RunOptions options)
    {
        var mount = "/gp-" + Path.GetFileName(tree.Directory)[..8];
        var own = new ServerArguments(ModelArguments.Rewrite(command, tree, path => $"{mount}/{path}"));
        var extra = new ServerArguments(options.ServerArguments);
        var inside = own.Port ?? DefaultPort;
        var outside = options.Port ?? extra.Port ?? inside;
        extra = extra.Without("--port").Without("--host");

        var arguments = ImmutableArray.CreateBuilder<string>();
        arguments.AddRange("run", "--rm");
        string[] attachment = options.IsDetached ? ["--detach"] : options.IsInteractive ? ["--interactive", "--tty"] : [];
        arguments.AddRange(attachment);
        arguments.AddRange("--name", options.Name);
        if (gpus is not null)
        {
            arguments.AddRange("--gpus", gpus);
        }

        var published = string.Create(CultureInfo.InvariantCulture, $"{outside}:{inside}");
        arguments.AddRange("--publish", options.Host is { } host ? $"{Bracket(host)}:{published}" : published);
        arguments.AddRange(Mount(tree.Directory, mount));
        foreach (var (name, value) in options.Environment)
        {
            arguments.AddRange("--env", $"{name}={value}");
        }

        arguments.AddRange(options.DockerArguments);
        arguments.Add(image);
        arguments.AddRange(own.Values);
        arguments.AddRange(extra.Values);
        arguments.AddRange("--host", AllInterfaces);
        return new RunPlan(DockerProgram.Name, arguments.ToImmutable())
        {
            Address = ServerAddress.Of(options.Host, outside, new ServerArguments([.. own.Values, .. extra.Values])),
            Container = options.Name,
        };
    }

    // --volume has no way to write a colon in a path.
    private static string[] Mount(string directory, string target) =>
        directory.Contains(':', StringComparison.Ordinal) && !OperatingSystem.IsWindows()
            ? ["--mount", $"type=bind,source={directory},target={target},readonly"]
            : ["--volume", $"{directory}:{target}:ro"];

    private static string Bracket(string host) => host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[') ? $"[{host}]" : host;
}
