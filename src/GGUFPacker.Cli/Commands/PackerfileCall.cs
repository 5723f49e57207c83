using System.Text.Json;
using GGUFPacker.Build.Checks;
using GGUFPacker.Build.Embedded.Bases;
using GGUFPacker.Build.Engine;
using GGUFPacker.Cli.Output;
using GGUFPacker.Oci.Store;
using GGUFPacker.Packerfile;

namespace GGUFPacker.Cli.Commands;

/// <summary>What <c>build --call</c> does instead of a build, as docker's does: check, outline, targets.</summary>
internal sealed record PackerfileCall(string Method, bool IsJson)
{
    /// <summary>Reads the option; null for a build.</summary>
    /// <exception cref="UsageException">It is not understood.</exception>
    public static PackerfileCall? Parse(string text, bool json)
    {
        var parts = text.Split(',');
        foreach (var option in parts.Skip(1))
        {
            json = option switch
            {
                "format=json" => true,
                "format=text" => false,
                _ => throw new UsageException($"--call does not know '{option}'; it knows format=json and format=text."),
            };
        }

        return parts[0] switch
        {
            "build" or "" => null,
            "check" or "lint" => new("check", json),
            "outline" or "targets" => new(parts[0], json),
            _ => throw new UsageException($"--call is build, check, outline or targets, not '{parts[0]}'."),
        };
    }

    /// <summary>Does it.</summary>
    /// <returns>The exit code: a failure if a check finds something.</returns>
    public async Task<int> RunAsync(
        CliEnvironment environment, BuildRequest request, ContentStore store, bool insecure, ProgressMode mode, CancellationToken cancellationToken)
    {
        var console = environment.Console;
        var text = await File.ReadAllBytesAsync(request.PackerfilePath, cancellationToken).ConfigureAwait(false);
        if (Method == "check")
        {
            // As the build does: names that the store does not have are asked for at their registries, which costs no layer.
            using var registries = Registries.CreateClient(environment, [], insecure, pushing: false);
            return Check(console, await ProgressDisplay.RunAsync(
                environment,
                display => new BaseImages(store, registries) { Pull = request.Pull, Progress = display }.RunAsync(
                    find => PackerfileCheck.Run(text, request, find), cancellationToken),
                mode,
                "Checking").ConfigureAwait(false));
        }

        var document = PackerfileParser.Parse(text, request.PackerfilePath);
        if (document.HasErrors)
        {
            throw new BuildException(document.Diagnostics);
        }

        if (Method == "targets")
        {
            var targets = new TargetList(document, text);
            Write(console, targets.WriteText, targets.WriteJson);
        }
        else
        {
            var report = PackerfileCheck.Run(text, request, images: null);
            if (!report.Errors.IsEmpty)
            {
                throw new BuildException(report.Errors);
            }

            var outline = OutlineBuilder.Build(document, request, text)!;
            Write(console, outline.WriteText, outline.WriteJson);
        }

        return ExitCode.Success;
    }

    private int Check(CliConsole console, CheckReport report)
    {
        Write(console, report.WriteText, report.WriteJson);
        if (!IsJson)
        {
            foreach (var diagnostic in report.Diagnostics.Where(diagnostic => diagnostic.Rule is null))
            {
                DiagnosticReport.Write(console.Out, diagnostic, report.Text);
            }

            var count = report.Diagnostics.Length;
            console.Out.WriteLine(count == 0 ? "Check complete, no warnings found." : $"Check complete, {count} {(count == 1 ? "finding" : "findings")}.");
        }

        return report.IsClean ? ExitCode.Success : ExitCode.Failure;
    }

    private void Write(CliConsole console, Action<TextWriter> asText, Action<Utf8JsonWriter> asJson)
    {
        if (IsJson)
        {
            JsonText.Write(console.Out, asJson);
        }
        else
        {
            asText(console.Out);
        }
    }
}
