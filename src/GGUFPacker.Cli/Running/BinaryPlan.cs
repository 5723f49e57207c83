using System.Collections.Immutable;
using System.Globalization;
using GGUFPacker.Build.Images;

namespace GGUFPacker.Cli.Running;

/// <summary>A server that is a program of this machine.</summary>
internal static class BinaryPlan
{
    private const int DefaultPort = 8080;

    /// <summary>Creates the plan.</summary>
    /// <param name="program">The program's name or path.</param>
    /// <param name="command">The model's CMD.</param>
    /// <param name="tree">The model's files.</param>
    /// <param name="options">The rest.</param>
    /// <param name="variable">Reads a variable of the environment that the program inherits.</param>
    /// <param name="warn">Takes what the program cannot do.</param>
    public static RunPlan Create(
        string program, ModelCommand command, ModelTree tree, RunOptions options, Func<string, string?> variable, Action<string> warn)
    {
        var kind = BinaryKinds.Of(program);
        var own = ModelArguments.Rewrite(command, tree, path => Path.Join(tree.Directory, path.Replace('/', Path.DirectorySeparatorChar)));
        var arguments = new ServerArguments([.. own, .. options.ServerArguments]);
        if (options.Port is { } wanted)
        {
            arguments = arguments.Without("--port");
            arguments = new ServerArguments([.. arguments.Values, "--port", wanted.ToString(CultureInfo.InvariantCulture)]);
        }

        if (options.Host is { } wantedHost)
        {
            arguments = arguments.Without("--host");
            arguments = new ServerArguments([.. arguments.Values, "--host", wantedHost]);
        }

        var port = arguments.Port ?? (Setting("LLAMA_ARG_PORT") is { } text ? ServerArguments.ParsePort(text) : DefaultPort);
        var host = arguments.Last("--host") ?? Setting("LLAMA_ARG_HOST");
        var values = kind switch
        {
            BinaryKind.OllamaRunner => OllamaRunner.Arguments(arguments, warn),
            BinaryKind.Llama => ["serve", .. arguments.Values],
            _ => arguments.Values,
        };
        return new RunPlan(program, values)
        {
            Environment = options.Environment,
            Address = ServerAddress.Of(kind == BinaryKind.OllamaRunner ? null : host, port, arguments),
        };

        string? Setting(string name) => kind is BinaryKind.LlamaServer or BinaryKind.Llama
            ? options.Environment.GetValueOrDefault(name) ?? variable(name)
            : null;
    }
}
