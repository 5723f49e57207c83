using System.Collections.Immutable;
using GGUFPacker.Estimation.Graphs;

namespace GGUFPacker.Estimation.Scheduling;

/// <summary>
/// Splits a graph into runs on one backend each, and adds the copies of what a run needs from other backends (ggml_backend_sched of ggml-backend.cpp).
/// A graph is scheduled once: its nodes' operands become the copies.
/// </summary>
/// <param name="backends">The backends in order of preference, the CPU last.</param>
/// <param name="copies">1, or the number of each input's copies when devices work ahead as a pipeline.</param>
/// <param name="offloadOperations">Whether operations on weights of the host may run on a device.</param>
internal sealed class GraphScheduler(ImmutableArray<Backend> backends, int copies, bool offloadOperations)
{
    /// <summary>GGML_SCHED_MAX_COPIES.</summary>
    public const int PipelineCopies = 4;

    public ScheduledGraph Schedule(ComputeGraph graph, GraphBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(builder);
        var assigned = BackendAssignment.Assign(backends, offloadOperations, graph, builder.Count);
        var copiesOf = new CopyTable(assigned.Length, backends.Length, copies);
        var graphInputs = new List<GraphTensor>();
        var splits = Split(graph, builder, assigned, copiesOf, graphInputs);

        var nodes = new List<GraphTensor>(graph.Nodes.Count + 64);
        var nodeBackends = new List<int>(graph.Nodes.Count + 64);
        foreach (var split in splits)
        {
            foreach (var input in split.Inputs)
            {
                // A node that reads the input keeps it in memory until here; the copy itself is allocated here.
                var dependency = builder.ViewAll(input);
                dependency.Sources = [input];
                nodes.Add(dependency);
                nodeBackends.Add(assigned[input.Id]);
                nodes.Add(copiesOf[input.Id, split.Backend, 0]!);
                nodeBackends.Add(split.Backend);
            }

            for (var i = split.Start; i < split.End; i++)
            {
                nodes.Add(graph.Nodes[i]);
                nodeBackends.Add(assigned[graph.Nodes[i].Id]);
            }
        }

        var leafs = new List<GraphTensor>(graph.Leafs.Count + 64);
        var leafBackends = new List<int>(graph.Leafs.Count + 64);
        if (copies > 1)
        {
            AddCopies(graphInputs, input => assigned[input.Id]);
            foreach (var split in splits)
            {
                AddCopies(split.Inputs, _ => split.Backend);
            }
        }

        foreach (var leaf in graph.Leafs)
        {
            leafs.Add(leaf);
            leafBackends.Add(assigned[leaf.Id]);
        }

        return new ScheduledGraph
        {
            Nodes = nodes,
            NodeBackends = nodeBackends,
            Leafs = leafs,
            LeafBackends = leafBackends,
            TensorCount = builder.Count,
            SplitCount = splits.Count,
            Backends = assigned,
        };

        void AddCopies(List<GraphTensor> inputs, Func<GraphTensor, int> backendOf)
        {
            foreach (var input in inputs)
            {
                var backend = backendOf(input);
                for (var c = 0; c < copies; c++)
                {
                    leafs.Add(copiesOf[input.Id, backend, c]!);
                    leafBackends.Add(backend);
                }
            }
        }
    }

    /// <summary>Pass 5: a new split begins where the backend changes, or where the memory of weights copied before can be used again.</summary>
    private List<GraphSplit> Split(ComputeGraph graph, GraphBuilder builder, int[] assigned, CopyTable copiesOf, List<GraphTensor> graphInputs)
    {
        var nodes = graph.Nodes;
        var first = 0;
        while (first < nodes.Count && BackendAssignment.IsViewOperation(nodes[first].Operation))
        {
            first++;
        }

        var splits = new List<GraphSplit>();
        if (first == nodes.Count)
        {
            return splits;
        }

        var split = new GraphSplit(assigned[nodes[first].Id], 0);
        splits.Add(split);
        for (var i = first; i < nodes.Count; i++)
        {
            var node = nodes[i];
            if (BackendAssignment.IsViewOperation(node.Operation))
            {
                continue;
            }

            var place = assigned[node.Id];
            if (place != split.Backend || (split.Inputs.Count > 0 && ReadsForeignWeights(node, split.Backend, assigned)))
            {
                split.End = i;
                split = new GraphSplit(place, i);
                splits.Add(split);
            }

            AddInputs(node, split, builder, assigned, copiesOf, graphInputs);
        }

        split.End = nodes.Count;
        return splits;
    }

    private bool ReadsForeignWeights(GraphTensor node, int backend, int[] assigned)
    {
        foreach (var source in node.Sources)
        {
            if (source is { IsWeight: true } && assigned[source.Id] != backend && !BackendAssignment.CanRead(backends, assigned, source, backend))
            {
                return true;
            }
        }

        return false;
    }

    private void AddInputs(GraphTensor node, GraphSplit split, GraphBuilder builder, int[] assigned, CopyTable copiesOf, List<GraphTensor> graphInputs)
    {
        for (var j = 0; j < node.Sources.Length; j++)
        {
            if (node.Sources[j] is not { } source)
            {
                continue;
            }

            var place = assigned[source.Id];
            if (source.IsInput && copies > 1 && copiesOf[source.Id, place, 0] is null)
            {
                for (var c = 0; c < copies; c++)
                {
                    var copy = c == 0 ? source : builder.DuplicateLayout(source);
                    Pin(copy);
                    copiesOf[source.Id, place, c] = copy;
                }

                graphInputs.Add(source);
            }

            if (place == split.Backend || BackendAssignment.CanRead(backends, assigned, source, split.Backend))
            {
                continue;
            }

            if (copiesOf[source.Id, split.Backend, 0] is null)
            {
                for (var c = 0; c < copies; c++)
                {
                    var copy = builder.DuplicateLayout(source);
                    if (copies > 1)
                    {
                        Pin(copy);
                    }

                    copiesOf[source.Id, split.Backend, c] = copy;
                }

                split.Inputs.Add(source);
            }

            node.Sources[j] = copiesOf[source.Id, split.Backend, 0];
        }
    }

    /// <summary>Keeps the allocator from using a copy's memory for anything else.</summary>
    private static void Pin(GraphTensor copy)
    {
        copy.IsInput = true;
        copy.IsOutput = true;
    }

    /// <summary>The copies of each tensor by backend and number, made when first asked for: few tensors have any.</summary>
    private sealed class CopyTable(int tensors, int backends, int copies)
    {
        private readonly GraphTensor?[]?[] _rows = new GraphTensor?[]?[tensors];

        public GraphTensor? this[int tensor, int backend, int copy]
        {
            get => _rows[tensor]?[(backend * copies) + copy];
            set => (_rows[tensor] ??= new GraphTensor?[backends * copies])[(backend * copies) + copy] = value;
        }
    }
}
