using System.CommandLine;
using GGUFPacker.Cli.Output;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Cli.Commands;

/// <summary><c>gguf-packer cache prune</c>: frees what no image and no remembered step of a build needs, and of the steps those that are asked for.</summary>
internal sealed class CachePruneCommand
{
    private readonly Option<string?> _olderThan = new("--older-than")
    {
        Description = "Forget what builds remember and have not used for so long: 36h, 7d, 2w.",
        HelpName = "AGE",
    };

    private readonly Option<string?> _keepBytes = new("--keep-bytes")
    {
        Description = "Forget what was of use longest ago until at most so much is left: 500MB, 20GiB. What images need always stays.",
        HelpName = "SIZE",
    };

    private readonly Option<bool> _all = new("--all") { Description = "Forget all that builds remember." };
    private readonly Option<bool> _images = new("--images") { Description = "Treat the names of images likewise: they go as well, by when they were set." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Remove nothing and say what would be." };
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON." };
    private readonly CliEnvironment _environment;

    private CachePruneCommand(CliEnvironment environment) => _environment = environment;

    public static Command Create(CliEnvironment environment)
    {
        var prune = new CachePruneCommand(environment);
        var command = new Command("prune", "Removes what no image of the store and no remembered step of a build needs.")
        {
            prune._olderThan, prune._keepBytes, prune._all, prune._images, prune._dryRun, prune._json,
        };
        command.SetAction(prune.Run);
        return command;
    }

    private int Run(ParseResult line)
    {
        var options = new PruneOptions
        {
            OlderThan = line.GetValue(_olderThan) is { } age ? Quantities.ParseAge("--older-than", age) : null,
            KeepBytes = line.GetValue(_keepBytes) is { } size ? Quantities.ParseBytes("--keep-bytes", size) : null,
            All = line.GetValue(_all),
            IncludeImages = line.GetValue(_images),
            DryRun = line.GetValue(_dryRun),
        };
        if (options is { IncludeImages: true, All: false, OlderThan: null, KeepBytes: null })
        {
            throw new UsageException("--images needs --older-than, --keep-bytes or --all, which say which images.");
        }

        var report = StorePrune.Run(_environment.StoreRoot, options, _environment.Time);
        var output = _environment.Console.Out;
        if (line.GetValue(_json))
        {
            JsonText.Write(output, writer =>
            {
                writer.WriteStartObject();
                writer.WriteBoolean("dryRun", options.DryRun);
                writer.WriteNumber("files", report.Files);
                writer.WriteNumber("bytes", report.Bytes);
                writer.WriteNumber("bytesLeft", report.BytesLeft);
                writer.WriteEndObject();
            });
            return ExitCode.Success;
        }

        var verb = options.DryRun ? "would remove" : "removed";
        var files = FormattableString.Invariant($"{report.Files} {(report.Files == 1 ? "file" : "files")}");
        output.WriteLine($"{verb} {files}, {GgufUnits.FormatBytes(report.Bytes)}; {GgufUnits.FormatBytes(report.BytesLeft)} are left");
        return ExitCode.Success;
    }
}
