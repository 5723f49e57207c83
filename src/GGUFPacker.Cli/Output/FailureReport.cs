using System.Text.Json;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Sources;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Estimation;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Cli.Output;

/// <summary>Tells what went wrong: a sentence for what a user can do something about, the whole exception for a fault of this program.</summary>
internal static class FailureReport
{
    /// <summary>Writes the report.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="exception">What ended the command.</param>
    /// <param name="withDetails">Whether the exception is wanted in any case.</param>
    /// <returns>The exit code.</returns>
    public static int Write(CliConsole console, Exception exception, bool withDetails)
    {
        if (exception is OperationCanceledException)
        {
            console.Error.WriteLine("gguf-packer: stopped.");
            return ExitCode.Cancelled;
        }

        if (exception is BuildException build)
        {
            foreach (var diagnostic in build.Diagnostics)
            {
                DiagnosticReport.Write(console.Error, diagnostic);
            }
        }
        else
        {
            console.Error.WriteLine($"gguf-packer: {exception.Message}");
        }

        if (withDetails || !IsForUsers(exception))
        {
            console.Error.WriteLine(exception);
        }

        return exception is UsageException ? ExitCode.Usage : ExitCode.Failure;
    }

    private static bool IsForUsers(Exception exception) =>
        exception is UsageException
            or BuildException
            or CheckpointException
            or GgufException
            or ContentException
            or LayerException
            or StoreException
            or RegistryException
            or SourceException
            or EstimateException
            or FormatException
            or JsonException
            or IOException
            or UnauthorizedAccessException
            or HttpRequestException;
}
