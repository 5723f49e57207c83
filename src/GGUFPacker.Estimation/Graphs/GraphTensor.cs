using GGUFPacker.Estimation.Scheduling;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs;

/// <summary>
/// A tensor of a compute graph without its data (struct ggml_tensor): shape, strides, operation, sources and what it is a view of.
/// </summary>
internal sealed class GraphTensor
{
    private long _byteCount = -1;

    public GraphTensor(int id, TensorType type, in Dimensions ne)
    {
        Id = id;
        Type = type;
        Ne = ne;
        Nb[0] = TypeSizes.BlockBytes(type);
        Nb[1] = checked(Nb[0] * (ne[0] / TypeSizes.BlockLength(type)));
        Nb[2] = checked(Nb[1] * ne[1]);
        Nb[3] = checked(Nb[2] * ne[2]);
    }

    /// <summary>The tensor's number in its graph: the index of everything the scheduler and the allocator keep about it.</summary>
    public int Id { get; }

    public TensorType Type { get; }

    /// <summary>Elements by dimension, the row's first.</summary>
    public Dimensions Ne;

    /// <summary>Strides in bytes by dimension.</summary>
    public Dimensions Nb;

    public GraphOperation Operation { get; set; }

    /// <summary>The operation's operands by ggml's positions; one that is left out is null.</summary>
    public GraphTensor?[] Sources { get; set; } = [];

    /// <summary>The tensor whose memory this one shows; never a view itself.</summary>
    public GraphTensor? ViewSource { get; init; }

    /// <summary>Where this view begins in its source, in bytes.</summary>
    public long ViewOffset { get; init; }

    /// <summary>Set for tensors that lie in memory before the graph is planned: weights and caches.</summary>
    public BufferType? Buffer { get; init; }

    /// <summary>Whether its buffer holds weights (GGML_BACKEND_BUFFER_USAGE_WEIGHTS), which decides where an operation runs.</summary>
    public bool IsWeight { get; init; }

    /// <summary>Filled before the graph runs (GGML_TENSOR_FLAG_INPUT).</summary>
    public bool IsInput { get; set; }

    /// <summary>Read after the graph has run, so never reused (GGML_TENSOR_FLAG_OUTPUT).</summary>
    public bool IsOutput { get; set; }

    /// <summary>Whether the scheduler made it of a tensor of another backend.</summary>
    public bool IsCopy { get; init; }

    /// <summary>Whether a graph has taken it in already.</summary>
    public bool IsVisited { get; set; }

    /// <summary>The backend that the graph's maker wants (ggml_backend_sched_set_tensor_backend), or -1.</summary>
    public int WantedBackend { get; set; } = -1;

    /// <summary>Whether a product must take its second operand as it is (GGML_PREC_F32 of that operand), which not every backend can.</summary>
    public bool KeepsOperandPrecision { get; set; }

    public bool IsView => ViewSource is not null;

    /// <summary>Its own buffer or, of a view, its source's.</summary>
    public BufferType? BackingBuffer => ViewSource is null ? Buffer : ViewSource.Buffer;

    /// <summary>ggml_nbytes: up to the last element, whatever the strides.</summary>
    public long ByteCount => _byteCount >= 0 ? _byteCount : _byteCount = CountBytes();

    public long ElementCount => Ne.Product;

    public bool IsQuantized => TypeSizes.BlockLength(Type) > 1;

    public bool IsContiguous => IsContiguousFrom(0);

    /// <summary>ggml_is_contiguous_rows.</summary>
    public bool HasContiguousRows => Ne[0] == TypeSizes.BlockLength(Type) || Nb[0] == TypeSizes.BlockBytes(Type);

    /// <summary>ggml_is_contiguous_n: dimensions up to <paramref name="dimension"/> may have gaps.</summary>
    public bool IsContiguousFrom(int dimension) => IsContiguousBetween(dimension, Dimensions.Count);

    /// <summary>ggml_is_contiguous_to_n: dimensions from <paramref name="count"/> on may have gaps.</summary>
    public bool IsContiguousTo(int count) => IsContiguousBetween(0, count);

    private bool IsContiguousBetween(int dimension, int count)
    {
        long next = TypeSizes.BlockBytes(Type);
        if (Ne[0] != TypeSizes.BlockLength(Type) && Nb[0] != next)
        {
            return false;
        }

        next *= Ne[0] / TypeSizes.BlockLength(Type);
        for (var i = 1; i < count; i++)
        {
            if (i > dimension)
            {
                if (Ne[i] != 1 && Nb[i] != next)
                {
                    return false;
                }

                next *= Ne[i];
            }
            else
            {
                next = Ne[i] * Nb[i];
            }
        }

        return true;
    }

    /// <summary>ggml_are_same_layout.</summary>
    public bool HasLayoutOf(GraphTensor other) => Type == other.Type && Ne.Matches(other.Ne) && Nb.Matches(other.Nb);

    private long CountBytes()
    {
        for (var i = 0; i < Dimensions.Count; i++)
        {
            if (Ne[i] <= 0)
            {
                return 0;
            }
        }

        checked
        {
            var length = TypeSizes.BlockLength(Type);
            var bytes = length == 1
                ? TypeSizes.BlockBytes(Type) + ((Ne[0] - 1) * Nb[0])
                : Ne[0] * Nb[0] / length;
            for (var i = 1; i < Dimensions.Count; i++)
            {
                bytes += (Ne[i] - 1) * Nb[i];
            }

            return bytes;
        }
    }
}
