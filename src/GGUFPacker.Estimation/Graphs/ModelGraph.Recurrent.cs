using GGUFPacker.Estimation.Caches;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs;

/// <content>States of recurrent layers (build_rs_inp and build_rs).</content>
internal sealed partial class ModelGraph
{
    private GraphTensor?[]? _states;

    /// <summary>n_seq_tokens.</summary>
    public long TokensPerSequence => Size.Tokens / Size.Sequences;

    /// <summary>The recurrent cache, which the family's models have.</summary>
    public RecurrentCache Recurrent =>
        Caches.Recurrent ?? throw new UnknownGraphException($"A model of architecture {Shape.Architecture} has no recurrent states.");

    /// <summary>build_rs_inp.</summary>
    public RecurrentInputs InputRecurrent()
    {
        long states = Recurrent.Sequences;
        var indices = G.Input(TensorType.I32, states);
        var extra = states - Size.Sequences;
        return new RecurrentInputs(G.View1D(indices, Size.Sequences, 0), G.View1D(indices, extra, Size.Sequences * indices.Nb[0]));
    }

    /// <summary>A layer's convolution states (get_r_l).</summary>
    public GraphTensor RollingStates(int layer) => StateTensor(layer, 0, Recurrent.RollingColumns);

    /// <summary>A layer's recurrent states (get_s_l).</summary>
    public GraphTensor RecurrentStates(int layer) => StateTensor(layer, 1, Recurrent.StateColumns);

    /// <summary>A state of a kind of its own (get_p_l). A graph asks for each once.</summary>
    public GraphTensor Stored(CacheState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return G.Stored(TensorType.F32, new Dimensions(state.Columns, state.Rows), _backends.OfCache(state.Device), isWeight: false);
    }

    /// <summary>build_rs: clears new sequences' states, moves those that only move, and takes the batch's.</summary>
    /// <param name="inputs">Which states.</param>
    /// <param name="states">All of them.</param>
    /// <param name="take">How the batch's are taken, given all as rows and which; rows of them by default.</param>
    public GraphTensor TakeStates(RecurrentInputs inputs, GraphTensor states, Func<GraphTensor, GraphTensor, GraphTensor>? take = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var columns = states.Ne[0];
        var rows = G.Reshape(states, columns, states.Ne[1]);
        Expand(G.ScaleInplace(G.View1D(rows, columns, 0)));
        var taken = take is null ? G.GetRows(rows, inputs.Main) : take(rows, inputs.Main);
        Expand(taken);
        var moved = G.GetRows(rows, inputs.Extra);
        Expand(G.Cpy(moved, G.View2D(states, columns, inputs.Extra.Ne[0], states.Nb[1], Size.Sequences * states.Nb[1])));
        return taken;
    }

    private GraphTensor StateTensor(int layer, int kind, long columns)
    {
        _states ??= new GraphTensor?[2 * Shape.Layers];
        ref var tensor = ref _states[(2 * layer) + kind];
        return tensor ??= G.Stored(TensorType.F32, new Dimensions(columns, Recurrent.Rows), _backends.OfCache(DeviceOf(layer)), isWeight: false);
    }

    private int DeviceOf(int layer)
    {
        foreach (var (recurrent, device) in Recurrent.Layers)
        {
            if (recurrent == layer)
            {
                return device;
            }
        }

        throw new UnknownGraphException($"Layer {layer} of a model of architecture {Shape.Architecture} has no recurrent state.");
    }
}
