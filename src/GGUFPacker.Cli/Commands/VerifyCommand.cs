using System.CommandLine;
using GGUFPacker.Cli.Output;
using GGUFPacker.Cli.Verifying;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.RemoteImages;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Cli.Commands;

/// <summary><c>gguf-packer verify MODEL|FILE</c>: whether a model would load and answer chats, without loading it.</summary>
internal sealed class VerifyCommand
{
    private readonly Argument<string> _target = new("MODEL|FILE") { Description = "An image's name, of the store or else of its registry, or a GGUF file." };
    private readonly Option<bool> _digests = new("--digests")
    {
        Description = "Read every byte and compare the digests, for which an image is pulled; of a file, print its digest.",
    };
    private readonly Option<bool> _json = new("--json") { Description = "Print the result as JSON." };
    private readonly Option<string?> _progress = ProgressOption.Create();
    private readonly Option<bool> _insecure = new("--insecure") { Description = "Allow plain HTTP and unknown certificates." };
    private readonly CliEnvironment _environment;

    private VerifyCommand(CliEnvironment environment) => _environment = environment;

    public static Command Create(CliEnvironment environment)
    {
        var verify = new VerifyCommand(environment);
        var command = new Command(
            "verify", "Checks that a model would load and answer chats, without loading it: header, tensors, tokenizer, chat template, arguments.")
        {
            verify._target, verify._digests, verify._json, verify._progress, verify._insecure,
        };
        command.SetAction(verify.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        var target = line.GetRequiredValue(_target);
        var mode = ProgressOption.Resolve(line.GetValue(_progress), _environment);
        var path = _environment.FullPath(target);
        var report = File.Exists(path) || References.IsFileName(target)
            ? await VerifyFileAsync(target, path, line.GetValue(_digests), mode, cancellationToken).ConfigureAwait(false)
            : await VerifyImageAsync(target, line, mode, cancellationToken).ConfigureAwait(false);
        if (line.GetValue(_json))
        {
            report.WriteJson(_environment.Console.Out);
        }
        else
        {
            report.WriteText(_environment.Console.Out);
        }

        return report.Errors == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private async Task<VerifyReport> VerifyFileAsync(string target, string path, bool withDigest, ProgressMode mode, CancellationToken cancellationToken)
    {
        var findings = await FileVerification.RunAsync(target, _environment.FullPath, cancellationToken).ConfigureAwait(false);
        if (!withDigest)
        {
            return new VerifyReport(target, null, findings);
        }

        var digest = await ProgressDisplay.RunAsync(
            _environment,
            async display =>
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
                var name = $"Verify {Path.GetFileName(path)} {GgufUnits.FormatBytes(file.Length)}";
                return await DigestVerification.HashAsync(file, display, DigestVerification.Step(name, file.Length), cancellationToken).ConfigureAwait(false);
            },
            mode,
            "Verifying").ConfigureAwait(false);
        return new VerifyReport(target, digest.ToString(), findings);
    }

    private async Task<VerifyReport> VerifyImageAsync(string target, ParseResult line, ProgressMode mode, CancellationToken cancellationToken)
    {
        var reference = References.Parse(target);
        using var store = _environment.OpenStore();
        using var client = Registries.CreateClient(_environment, reference.Registry, line.GetValue(_insecure), pushing: false);
        var model = await FoundModel.FindAsync(store, client, reference, Platform.Host, cancellationToken).ConfigureAwait(false);
        var digest = model.Manifest.Digest;
        try
        {
            // Where a listing costs most of a layer, and where all bytes are read anyhow, they may as well stay.
            if (line.GetValue(_digests) || await model.Files.Value.TryListAsync(cancellationToken).ConfigureAwait(false) is not { } files)
            {
                await ModelImages.BringAsync(_environment, store, client, model, mode, cancellationToken).ConfigureAwait(false);
                model = model with { IsStored = true, Files = new(ImageFiles.OfStore(store, client, digest)) };
                files = (await model.Files.Value.TryListAsync(cancellationToken).ConfigureAwait(false))!;
            }

            var findings = await new ImageVerification(model.Config.Command, files, model.Files.Value.OpenAsync)
                .RunAsync(cancellationToken)
                .ConfigureAwait(false);
            if (line.GetValue(_digests))
            {
                var changed = await ProgressDisplay.RunAsync(
                    _environment,
                    display => DigestVerification.RunAsync(store, new ImageContent(store, digest), display, cancellationToken),
                    mode,
                    "Verifying").ConfigureAwait(false);
                findings = [.. findings.Concat(changed).Distinct()];
            }

            return new VerifyReport(reference.Familiar, digest.ToString(), findings);
        }
        catch (StoreException error) when (model.IsStored)
        {
            return new VerifyReport(reference.Familiar, digest.ToString(), [VerifyRules.ContentMissing.Of(reference.Familiar, error.Message)]);
        }
    }
}
