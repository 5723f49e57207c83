using System.Collections.Immutable;

namespace GGUFPacker.Build.Graph;

/// <summary>What a GGUFPackerfile comes to: the requested stages and the nodes behind them. Immutable.</summary>
/// <param name="Targets">The requested stages, in the request's order.</param>
public sealed record BuildGraph(ImmutableArray<GraphStage> Targets)
{
    private Dictionary<GraphNode, GraphStage>? _owners;

    /// <summary>The stages that the targets need, themselves among them, in the file's order.</summary>
    public ImmutableArray<GraphStage> Stages { get; init; } = [];

    /// <summary>The stage whose instruction a node comes from; null for what no instruction makes.</summary>
    public GraphStage? StageOf(GraphNode node) => (_owners ??= Owners(Stages)).GetValueOrDefault(node);

    /// <summary>Every node the targets need, each once, inputs before users.</summary>
    public ImmutableArray<GraphNode> Nodes
    {
        get
        {
            var seen = new HashSet<GraphNode>(ReferenceEqualityComparer.Instance);
            var ordered = ImmutableArray.CreateBuilder<GraphNode>();
            foreach (var target in Targets)
            {
                Visit(target.Root);
            }

            return ordered.ToImmutable();

            void Visit(GraphNode node)
            {
                if (!seen.Add(node))
                {
                    return;
                }

                foreach (var input in node.Inputs)
                {
                    Visit(input);
                }

                ordered.Add(node);
            }
        }
    }

    // A stage that begins with another has that one's layers first; an instruction's sources are its own.
    private static Dictionary<GraphNode, GraphStage> Owners(ImmutableArray<GraphStage> stages)
    {
        var owners = new Dictionary<GraphNode, GraphStage>(ReferenceEqualityComparer.Instance);
        foreach (var stage in stages)
        {
            foreach (var node in stage.Layers.Where(node => owners.TryAdd(node, stage)))
            {
                foreach (var source in node.Inputs.Where(input => input.Inputs.IsEmpty))
                {
                    owners.TryAdd(source, stage);
                }
            }
        }

        return owners;
    }
}
