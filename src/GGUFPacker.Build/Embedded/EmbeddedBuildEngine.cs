using System.Collections.Immutable;
using System.Globalization;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Build.Sources;
using GGUFPacker.Oci.Store;
using GGUFPacker.Packerfile;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Build.Embedded;

/// <summary>Builds in this process, without a daemon: results go into a store, and what the store has already is not made again.</summary>
/// <param name="store">The store.</param>
/// <param name="environment">The surroundings that sources on the network are found by; null for those of this process.</param>
public sealed class EmbeddedBuildEngine(ContentStore store, BuildEnvironment? environment = null) : IBuildEngine
{
    private readonly BuildEnvironment _environment = environment ?? new();

    /// <inheritdoc/>
    public async Task<BuildResult> BuildAsync(BuildRequest request, IProgress<BuildProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var document = PackerfileParser.Parse(await ReadFileAsync(request, cancellationToken).ConfigureAwait(false), request.PackerfilePath);
        var graph = GraphBuilder.Build(document, request, out var warnings);
        using var sources = new BuildSources(store, _environment.Variable, _environment.Home, _environment.Http);
        var session = new BuildSession(store, request, graph, EpochOf(request), sources, progress);
        var images = ImmutableArray.CreateBuilder<BuiltImage>();
        var targets = request.Targets.IsEmpty ? [new BuildTarget()] : request.Targets;
        foreach (var (target, stage) in targets.Zip(graph.Targets))
        {
            images.Add(await new ImageAssembler(session, stage, target).AssembleAsync(cancellationToken).ConfigureAwait(false));
        }

        return new BuildResult(images.ToImmutable(), [.. warnings, .. session.Notes], session.StepsRun, session.StepsCached);
    }

    private static async Task<byte[]> ReadFileAsync(BuildRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var file = new FileInfo(request.PackerfilePath);
            return file.Length <= PackerfileLimits.FileLength
                ? await File.ReadAllBytesAsync(file.FullName, cancellationToken).ConfigureAwait(false)
                : throw Fault(DiagnosticCodes.FileTooLong, request, $"The file has {file.Length} bytes; {PackerfileLimits.FileLength} are allowed.");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Fault(GraphDiagnosticCodes.InvalidRequest, request, "The file does not exist.");
        }
    }

    private static DateTimeOffset EpochOf(BuildRequest request)
    {
        if (request.SourceDateEpoch is { } given)
        {
            return given;
        }

        if (!request.BuildArguments.TryGetValue("SOURCE_DATE_EPOCH", out var text) || text.Length == 0)
        {
            return DateTimeOffset.UnixEpoch;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : throw Fault(GraphDiagnosticCodes.InvalidRequest, request, $"SOURCE_DATE_EPOCH is '{text}'; it must be seconds since 1970.");
    }

    private static BuildException Fault(string code, BuildRequest request, string message) =>
        new([new Diagnostic(code, DiagnosticSeverity.Error, SourceSpan.File(request.PackerfilePath), message)]);
}
