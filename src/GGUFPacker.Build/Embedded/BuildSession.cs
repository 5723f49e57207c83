using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Bases;
using GGUFPacker.Build.Embedded.Caching;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Embedded.Steps;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Build.Sources;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Build.Embedded;

/// <summary>One build: its store, clock and progress, and the results of the nodes that it has evaluated.</summary>
internal sealed class BuildSession
{
    private readonly Dictionary<GraphNode, NodeResult> _results = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<GraphNode> _layerNodes;
    private readonly HashSet<Diagnostic> _notes = [];
    private readonly BuildLedger _ledger;

    public BuildSession(ContentStore store, BuildRequest request, BuildGraph graph, DateTimeOffset epoch, BuildSources sources, BuildLedger ledger)
    {
        Store = store;
        Sources = sources;
        Request = request;
        Epoch = epoch;
        _ledger = ledger;
        _layerNodes = new(graph.Targets.SelectMany(target => target.Layers), ReferenceEqualityComparer.Instance);
    }

    public ContentStore Store { get; }

    public BuildRequest Request { get; }

    /// <summary>What is read from elsewhere.</summary>
    public BuildSources Sources { get; }

    /// <summary>The time that images and layers carry.</summary>
    public DateTimeOffset Epoch { get; }

    public FileHashes Hashes => _ledger.Hashes;

    public StepCache Steps => _ledger.Steps;

    public BuildReporter Reporter => _ledger.Reporter;

    public BaseLayers BaseLayers => _ledger.BaseLayers;
    /// <summary>The caches of other machines.</summary>
    public SharedCache Shared => _ledger.Shared;

    /// <summary>Whether a node's step is to run again, whatever is known of it.</summary>
    public bool IsForgotten(GraphNode node) => Steps.Forgets(node);

    /// <summary>The layers that are made already.</summary>
    public Dictionary<GraphNode, LayerRecipe> Layers { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>What the steps have to say.</summary>
    public ImmutableArray<Diagnostic> Notes => [.. _notes.Order(Comparer<Diagnostic>.Create((a, b) => a.Span.StartLine.CompareTo(b.Span.StartLine)))];

    /// <summary>Whether a target's image has a layer of this node.</summary>
    public bool IsLayer(GraphNode node) => _layerNodes.Contains(node);

    /// <summary>What a node gives. Files that CONVERT and QUANTIZE make are not written by this.</summary>
    /// <exception cref="BuildException">The node cannot do what its instruction says.</exception>
    public async ValueTask<NodeResult> EvaluateAsync(GraphNode node, CancellationToken cancellationToken)
    {
        if (!_results.TryGetValue(node, out var result))
        {
            foreach (var input in node.Inputs)
            {
                await EvaluateAsync(input, cancellationToken).ConfigureAwait(false);
            }

            result = await GuardAsync(node, () => RunAsync(node, cancellationToken)).ConfigureAwait(false);
            _results.Add(node, result);
        }

        return result;
    }

    /// <summary>Runs something for a node; what goes wrong gets the place of the node's instruction.</summary>
    public async ValueTask<T> GuardAsync<T>(GraphNode node, Func<ValueTask<T>> action)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (Exception error) when (error is StepException or SourceException or GgufException or CheckpointException or StoreException or IOException or UnauthorizedAccessException
            or LayerException or ContentException or RegistryException)
        {
            Report(node, BuildStepStatus.Failed, detail: error.Message);
            throw new BuildException([new Diagnostic(GraphDiagnosticCodes.StepFailed, DiagnosticSeverity.Error, node.Span, error.Message)], error);
        }
    }

    /// <summary>Tells something about a node's work at its instruction, once for equal messages.</summary>
    public void Note(GraphNode node, string message) => _notes.Add(new(GraphDiagnosticCodes.StepNote, DiagnosticSeverity.Information, node.Span, message));

    public void Report(GraphNode node, BuildStepStatus status, long done = 0, long total = 0, string? detail = null) =>
        Reporter.Report(node, status, done, total, detail);

    private async ValueTask<NodeResult> RunAsync(GraphNode node, CancellationToken cancellationToken) => node switch
    {
        ScratchNode => new NodeResult(StageTree.Empty),
        ContextNode context => new NodeResult(OpenContext(context)),
        HttpNode http => new NodeResult(await HttpStep.RunAsync(this, http, cancellationToken).ConfigureAwait(false)),
        HubNode hub => new NodeResult(await HubStep.RunAsync(this, hub, cancellationToken).ConfigureAwait(false)),
        GitNode git => new NodeResult(await GitStep.RunAsync(this, git, cancellationToken).ConfigureAwait(false)),
        ImageNode image => new NodeResult(await BaseTree.OpenAsync(this, image, cancellationToken).ConfigureAwait(false)),
        CopyNode copy => await CopyAsync(copy, cancellationToken).ConfigureAwait(false),
        WriteNode write => OnTopOf(write.Base, onto => WriteStep.Run(write, onto, bytes => new TextContent(Store, bytes))),
        ConvertNode convert => OnTopOf(convert.Base, onto => ConvertStep.Run(this, convert, onto, _results[convert.From].Tree)),
        QuantizeNode quantize => await QuantizeAsync(quantize, cancellationToken).ConfigureAwait(false),
        _ => throw new StepException($"This engine does not know the operation {node.GetType().Name}."),
    };

    private async ValueTask<NodeResult> QuantizeAsync(QuantizeNode node, CancellationToken cancellationToken)
    {
        var onto = (StageTree)_results[node.Base].Tree;
        var imatrixFrom = node.ImatrixFrom is null ? null : _results[node.ImatrixFrom].Tree;
        var difference = await QuantizeStep.RunAsync(this, node, onto, _results[node.From].Tree, imatrixFrom, cancellationToken).ConfigureAwait(false);
        return new NodeResult(onto.With(difference), difference);
    }

    private async ValueTask<NodeResult> CopyAsync(CopyNode node, CancellationToken cancellationToken)
    {
        var onto = (StageTree)_results[node.Base].Tree;
        var difference = await CopyStep.RunAsync(this, node, onto, from => _results[from].Tree, cancellationToken).ConfigureAwait(false);
        return new NodeResult(onto.With(difference), difference);
    }

    private NodeResult OnTopOf(GraphNode baseNode, Func<StageTree, ImmutableSortedDictionary<string, TreeEntry>> run)
    {
        var onto = (StageTree)_results[baseNode].Tree;
        var difference = run(onto);
        return new NodeResult(onto.With(difference), difference);
    }

    private ContextTree OpenContext(ContextNode node)
    {
        var directory = Request.NamedContexts.GetValueOrDefault(node.Context, Request.ContextDirectory);
        return Directory.Exists(directory)
            ? new ContextTree(directory, IgnoreFiles.Read(Request, node.Context, directory), path => new LocalContent(Store, Hashes, path))
            : throw new StepException($"The context '{node.Context}' is '{directory}', which is no directory.");
    }
}
