using System.Collections.Immutable;
using GGUFPacker.Estimation.Graphs;
using GGUFPacker.Estimation.Scheduling;

namespace GGUFPacker.Estimation.Allocation;

/// <summary>
/// Finds how much memory a graph's results need (ggml_gallocr of ggml-alloc.c): leafs and inputs first, then each node in the order of execution. A node takes
/// over the memory of an operand that nobody else needs, if it has the same layout; memory is free again after its last use.
/// </summary>
internal sealed class GraphAllocator
{
    private readonly ImmutableArray<BufferType> _buffers;
    private readonly DynamicAllocator[] _allocators;
    private readonly State[] _states;

    private readonly bool _withCopies;

    private GraphAllocator(ImmutableArray<BufferType> buffers, int tensorCount, bool withCopies)
    {
        _withCopies = withCopies;
        _buffers = buffers;
        _states = new State[tensorCount];
        _allocators = new DynamicAllocator[buffers.Length];
        for (var i = 0; i < buffers.Length; i++)
        {
            // Backends with the same memory share one allocator.
            var same = buffers.IndexOf(buffers[i]);
            _allocators[i] = same < i ? _allocators[same] : new DynamicAllocator(buffers[i].Alignment, buffers[i].MaxBytes);
        }
    }

    /// <summary>The bytes of each backend's buffer; a buffer that two backends share is the first one's.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="buffers">The memory of each backend's results.</param>
    /// <param name="withCopies">Whether what the scheduler copies between backends takes memory.</param>
    public static long[] Reserve(ScheduledGraph graph, ImmutableArray<BufferType> buffers, bool withCopies = true)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var allocator = new GraphAllocator(buffers, graph.TensorCount, withCopies);
        allocator.AllocateLeafs(graph);
        allocator.CountUses(graph);
        allocator.AllocateNodes(graph);
        var sizes = new long[buffers.Length];
        for (var i = 0; i < sizes.Length; i++)
        {
            sizes[i] = Array.IndexOf(allocator._allocators, allocator._allocators[i]) < i ? 0 : allocator._allocators[i].Size;
        }

        return sizes;
    }

    private void AllocateLeafs(ScheduledGraph graph)
    {
        for (var i = 0; i < graph.Leafs.Count; i++)
        {
            Allocate(graph.Leafs[i], graph.LeafBackends[i]);
        }
    }

    /// <summary>Counts uses and views, and allocates inputs, lest a node that runs before their use overwrites them.</summary>
    private void CountUses(ScheduledGraph graph)
    {
        for (var i = 0; i < graph.Nodes.Count; i++)
        {
            var node = graph.Nodes[i];

            // A node without an operation only marks how long its source is needed: it is no use of what it views.
            if (node.ViewSource is { } viewed && node.Operation != GraphOperation.None)
            {
                _states[viewed.Id].Views++;
            }

            if (node.IsInput)
            {
                Allocate(node, graph.NodeBackends[i]);
            }

            foreach (var source in node.Sources)
            {
                if (source is null)
                {
                    continue;
                }

                _states[source.Id].Uses++;
                if (source.IsInput)
                {
                    Allocate(source, graph.NodeBackends[i]);
                }
            }
        }
    }

    private void AllocateNodes(ScheduledGraph graph)
    {
        for (var i = 0; i < graph.Nodes.Count; i++)
        {
            var node = graph.Nodes[i];
            foreach (var source in node.Sources)
            {
                if (source is not null)
                {
                    Allocate(source, graph.NodeBackends[i]);
                }
            }

            Allocate(node, graph.NodeBackends[i]);
            foreach (var source in node.Sources)
            {
                if (source is not null)
                {
                    Release(source);
                }
            }
        }
    }

    private void Allocate(GraphTensor tensor, int backend)
    {
        ref var state = ref _states[tensor.Id];
        if (tensor.Buffer is not null || state.IsAllocated || tensor.IsView)
        {
            return;
        }

        state.IsAllocated = true;
        if (CanBeInPlace(tensor.Operation) && TakeOver(tensor, ref state))
        {
            return;
        }

        state.Buffer = backend;
        state.Address = _allocators[backend].Allocate(BytesOf(tensor, backend));
    }

    /// <summary>Uses the memory of the first operand that allows it. Views never do: they have no memory of their own.</summary>
    private bool TakeOver(GraphTensor tensor, ref State state)
    {
        foreach (var source in tensor.Sources)
        {
            if (source is null || source.IsOutput || !tensor.HasLayoutOf(source))
            {
                continue;
            }

            ref var given = ref _states[source.Id];
            if (!given.IsAllocated || given.Uses != 1 || given.Views != 0)
            {
                continue;
            }

            state.Buffer = given.Buffer;
            state.Address = given.Address;
            given.IsAllocated = false;

            // What the operand had beyond the result's size, such as room for converted copies, is free again.
            var allocator = _allocators[given.Buffer];
            var had = allocator.Align(BytesOf(source, given.Buffer));
            var needs = allocator.Align(BytesOf(tensor, given.Buffer));
            if (had > needs)
            {
                allocator.Free(new BufferAddress(given.Address.Chunk, given.Address.Offset + needs), had - needs);
            }

            return true;
        }

        return false;
    }

    private void Release(GraphTensor source)
    {
        ref var state = ref _states[source.Id];
        state.Uses--;
        if (state.Uses != 0 || state.Views != 0)
        {
            return;
        }

        if (source.ViewSource is { } viewed)
        {
            ref var viewedState = ref _states[viewed.Id];
            viewedState.Views--;
            if (viewedState.Views == 0 && viewedState.Uses == 0 && viewedState.IsAllocated)
            {
                Free(viewed, ref viewedState);
            }
        }
        else if (state.IsAllocated)
        {
            Free(source, ref state);
        }
    }

    private void Free(GraphTensor tensor, ref State state)
    {
        if (tensor.IsOutput)
        {
            return;
        }

        _allocators[state.Buffer].Free(state.Address, BytesOf(tensor, state.Buffer));
        state.IsAllocated = false;
    }

    private long BytesOf(GraphTensor tensor, int buffer) => _withCopies || !tensor.IsCopy ? _buffers[buffer].AllocationBytes(tensor) : 0;

    /// <summary>ggml_op_can_inplace.</summary>
    private static bool CanBeInPlace(GraphOperation operation) => operation is
        GraphOperation.Fill or GraphOperation.Scale or GraphOperation.Add or GraphOperation.AddId or GraphOperation.Sub or GraphOperation.Mul or GraphOperation.Div
        or GraphOperation.Sqr or GraphOperation.Sqrt or GraphOperation.Unary or GraphOperation.Rope or GraphOperation.RmsNorm or GraphOperation.Clamp
        or GraphOperation.SoftMax;

    /// <summary>What is known of a tensor: who still needs it, and where it is.</summary>
    private struct State
    {
        public int Uses;
        public int Views;
        public int Buffer;
        public BufferAddress Address;
        public bool IsAllocated;
    }
}
