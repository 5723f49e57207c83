using System.Collections.Immutable;
using GGUFPacker.Estimation.Graphs;

namespace GGUFPacker.Estimation.Scheduling;

/// <summary>
/// Decides which backend runs each operation (passes 1 to 4 of ggml_backend_sched_split_graph). Tensors in memory say first where they are used; the decision
/// then spreads to their neighbours, devices before the CPU; what is left goes where most of its operands are.
/// </summary>
internal sealed class BackendAssignment
{
    private const int None = -1;

    private readonly ImmutableArray<Backend> _backends;
    private readonly bool _offloadOperations;
    private readonly ComputeGraph _graph;
    private readonly int[] _of;

    private BackendAssignment(ImmutableArray<Backend> backends, bool offloadOperations, ComputeGraph graph, int tensorCount)
    {
        _backends = backends;
        _offloadOperations = offloadOperations;
        _graph = graph;
        _of = new int[tensorCount];
        Array.Fill(_of, None);
    }

    private int Cpu => _backends.Length - 1;

    /// <summary>The backend's place of each tensor by its number; tensors that the graph does not use keep -1.</summary>
    public static int[] Assign(ImmutableArray<Backend> backends, bool offloadOperations, ComputeGraph graph, int tensorCount)
    {
        var assignment = new BackendAssignment(backends, offloadOperations, graph, tensorCount);
        assignment.FromMemory();
        assignment.Spread(forward: true, skipCpu: true);
        assignment.Spread(forward: false, skipCpu: true);
        assignment.Spread(forward: true, skipCpu: false);
        assignment.Spread(forward: false, skipCpu: false);
        assignment.FromOperands();
        assignment.ToOperands();
        return assignment._of;
    }

    /// <summary>Whether a backend can read a tensor where it is, or where it will be.</summary>
    public static bool CanRead(ImmutableArray<Backend> backends, int[] assigned, GraphTensor tensor, int backend)
    {
        var buffer = tensor.BackingBuffer;
        if (buffer is null)
        {
            var place = assigned[tensor.Id];
            if (place == None && tensor.ViewSource is { } source)
            {
                place = assigned[source.Id];
            }

            if (place == None)
            {
                return false;
            }

            buffer = backends[place].Compute;
        }

        return backends[backend].Supports(buffer);
    }

    /// <summary>ggml_is_view_op: operations that compute nothing.</summary>
    public static bool IsViewOperation(GraphOperation operation) =>
        operation is GraphOperation.View or GraphOperation.Reshape or GraphOperation.Permute or GraphOperation.Transpose;

    /// <summary>Pass 1: what is in memory, what the graph's maker wants, and operations on weights.</summary>
    private void FromMemory()
    {
        foreach (var leaf in _graph.Leafs)
        {
            _of[leaf.Id] = leaf.WantedBackend != None ? leaf.WantedBackend : FromMemory(leaf);
        }

        foreach (var node in _graph.Nodes)
        {
            _of[node.Id] = node.WantedBackend != None ? node.WantedBackend : FromMemory(node);
        }
    }

    private int FromMemory(GraphTensor tensor)
    {
        var place = FromBuffer(tensor.BackingBuffer, tensor);
        if (place != None)
        {
            return place;
        }

        if (tensor.IsInput)
        {
            return Cpu;
        }

        // Rotation factors and sinks are too small to decide where their operation runs.
        if (tensor.Operation is GraphOperation.Rope or GraphOperation.FlashAttnExt)
        {
            return None;
        }

        foreach (var source in tensor.Sources)
        {
            if (source is { IsWeight: true, Buffer: { } buffer })
            {
                place = FromBuffer(buffer, tensor);
                if (_offloadOperations && place == Cpu && buffer.IsHost)
                {
                    for (var b = 0; b < place; b++)
                    {
                        if (_backends[b].Supports(tensor) && _backends[b].Offloads(tensor))
                        {
                            return b;
                        }
                    }
                }

                return place;
            }
        }

        return None;
    }

    private int FromBuffer(BufferType? buffer, GraphTensor operation)
    {
        if (buffer is not null)
        {
            for (var b = 0; b < _backends.Length; b++)
            {
                if (_backends[b].Supports(buffer) && _backends[b].Supports(operation))
                {
                    return b;
                }
            }
        }

        return None;
    }

    /// <summary>Pass 2: neighbours that have no backend yet take that of the last one that has.</summary>
    private void Spread(bool forward, bool skipCpu)
    {
        var nodes = _graph.Nodes;
        var current = None;
        for (var step = 0; step < nodes.Count; step++)
        {
            var node = nodes[forward ? step : nodes.Count - 1 - step];
            if (IsViewOperation(node.Operation))
            {
                continue;
            }

            ref var place = ref _of[node.Id];
            if (place != None)
            {
                current = skipCpu && place == Cpu ? None : place;
            }
            else if (current != None && _backends[current].Supports(node))
            {
                place = current;
            }
        }
    }

    /// <summary>Pass 3: the rest goes where most of its operands can be read; the others to a backend of the same memory that comes first.</summary>
    private void FromOperands()
    {
        foreach (var node in _graph.Nodes)
        {
            if (IsViewOperation(node.Operation))
            {
                continue;
            }

            ref var place = ref _of[node.Id];
            if (place == None)
            {
                var best = -1;
                for (var b = 0; b < _backends.Length; b++)
                {
                    if (_backends[b].Supports(node) && CountReadable(node, b) is var readable && readable > best)
                    {
                        best = readable;
                        place = b;
                    }
                }

                continue;
            }

            for (var b = 0; b < place; b++)
            {
                if (_backends[b].Compute == _backends[place].Compute && _backends[b].Supports(node) && CanReadAll(node, b))
                {
                    place = b;
                    break;
                }
            }
        }
    }

    private int CountReadable(GraphTensor node, int backend)
    {
        var count = 0;
        foreach (var source in node.Sources)
        {
            if (source is not null
                && (_of[source.Id] != None || (source.ViewSource is { } viewed && _of[viewed.Id] != None))
                && CanRead(_backends, _of, source, backend))
            {
                count++;
            }
        }

        return count;
    }

    private bool CanReadAll(GraphTensor node, int backend)
    {
        foreach (var source in node.Sources)
        {
            if (source is not null && !CanRead(_backends, _of, source, backend))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Pass 4: views are where their source is; operands without a backend are where they are used first.</summary>
    private void ToOperands()
    {
        foreach (var node in _graph.Nodes)
        {
            ref var place = ref _of[node.Id];
            if (place == None && node.ViewSource is { } viewed)
            {
                place = _of[viewed.Id];
            }

            foreach (var source in node.Sources)
            {
                if (source is not null && _of[source.Id] == None)
                {
                    _of[source.Id] = source.ViewSource is { } seen ? _of[seen.Id] : place;
                }
            }

            for (var b = 0; b < _backends.Length && place == None; b++)
            {
                if (_backends[b].Supports(node))
                {
                    place = b;
                }
            }
        }
    }
}
