using System.Collections.Immutable;

namespace GGUFPacker.Build.Graph;

/// <summary>What a GGUFPackerfile comes to: the requested stages and the nodes behind them. Immutable.</summary>
/// <param name="Targets">The requested stages, in the request's order.</param>
public sealed record BuildGraph(ImmutableArray<GraphStage> Targets)
{
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
}
