using System.Collections.Immutable;
using System.Globalization;
using GGUFPacker.Build.Embedded.Bases;
using GGUFPacker.Build.Embedded.Caching;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Build.Sources;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.References;
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
        var targets = request.Targets.IsEmpty ? [new BuildTarget()] : request.Targets;
        var references = targets.Select(target => target.References.Select(reference => Parse(request, reference)).ToImmutableArray()).ToImmutableArray();
        using var sources = new BuildSources(store, _environment.Variable, _environment.Home, _environment.Http);
        var platforms = request.Platforms.IsEmpty ? [new Platform("linux", "amd64")] : request.Platforms;

        // Every platform's file is judged before any is built.
        var bases = new BaseImages(store, _environment.Registries) { Pull = request.Pull, Progress = progress };
        var judged = await bases.RunAsync(
            find => platforms.Select(platform => Judge(document, request, platform, find)).ToImmutableArray(), cancellationToken).ConfigureAwait(false);
        var graphs = judged.Select(one => one.Graph).ToImmutableArray();
        var warnings = judged.SelectMany(one => one.Warnings).Distinct().ToList();
        var built = targets.Select(_ => new List<BuiltImage>()).ToImmutableArray();
        var forgotten = new HashSet<GraphNode>(
            graphs.SelectMany(graph => graph.Nodes.Where(node => IsForgotten(request, graph, node))), ReferenceEqualityComparer.Instance);
        var shared = await SharedCache.OpenAsync(store, _environment.Registries, request, cancellationToken).ConfigureAwait(false);
        var ledger = new BuildLedger(
            new BuildReporter(progress),
            new FileHashes(store.Cache),
            new StepCache(store, forgotten.Contains),
            new BaseLayers(store, _environment.Registries),
            shared);
        var layers = new Dictionary<GraphNode, LayerRecipe>(ReferenceEqualityComparer.Instance);
        foreach (var (platform, graph) in platforms.Zip(graphs))
        {
            var session = new BuildSession(store, request, graph, EpochOf(request), sources, ledger);
            for (var i = 0; i < targets.Length; i++)
            {
                built[i].Add(await new ImageAssembler(session, graph.Targets[i], targets[i], platform).AssembleAsync(cancellationToken).ConfigureAwait(false));
            }

            warnings.AddRange(session.Notes.Except(warnings));
            foreach (var (node, layer) in session.Layers)
            {
                layers[node] = layer;
            }
        }

        var images = built.Select(images => Join(images, platforms)).ToImmutableArray();
        foreach (var (image, names) in images.Zip(references))
        {
            foreach (var name in names)
            {
                store.Tags.Set(name, image.Manifest);
            }
        }

        var reporter = ledger.Reporter;
        foreach (var location in request.CacheTo)
        {
            await shared.WriteAsync(location, layers, reporter, cancellationToken).ConfigureAwait(false);
        }

        warnings.AddRange(shared.Warnings);
        return new BuildResult(images, [.. warnings], reporter.StepsRun, reporter.StepsCached) { Totals = reporter.Totals };
    }

    private static (BuildGraph Graph, ImmutableArray<Diagnostic> Warnings) Judge(
        PackerfileDocument document, BuildRequest request, Platform platform, ImageResolver find)
    {
        var graph = GraphBuilder.Build(document, request, out var warnings, find, new() { TargetPlatform = platform.ToString() });
        return (graph, warnings);
    }

    private static bool IsForgotten(BuildRequest request, BuildGraph graph, GraphNode node) =>
        request.NoCache || (graph.StageOf(node) is { } stage && request.NoCacheStages.Any(stage.IsCalled));

    // Several platforms' images become one, an index.
    private BuiltImage Join(List<BuiltImage> images, ImmutableArray<Platform> platforms)
    {
        if (images is [var only])
        {
            return only;
        }

        var manifests = images.Zip(platforms, (image, platform) => image.Manifest with { Platform = platform }).ToImmutableArray();
        var index = store.Blobs.Put(MediaTypes.ImageIndex, new ImageIndex { Manifests = manifests }.ToBytes());
        return images[0] with { Manifest = index, Platforms = manifests };
    }

    private static ImageReference Parse(BuildRequest request, string reference) => ImageReference.TryParse(reference, out var parsed)
        ? parsed
        : throw Fault(GraphDiagnosticCodes.InvalidRequest, request, $"'{reference}' is no image reference such as localhost:5000/team/model:tag.");

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
