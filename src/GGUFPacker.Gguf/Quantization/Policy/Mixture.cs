using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Quantization.Policy;

/// <summary>
/// Walks the tensors of one file in output order, counts those of each kind, and asks <see cref="MixtureRules"/> for each.
/// The counters advance only for tensors that come here: one whose type the user chose does not count.
/// </summary>
internal sealed class Mixture
{
    private readonly MixtureRules _rules;
    private readonly ModelTraits _model;
    private readonly bool _isTied;
    private readonly TensorType? _outputType;
    private readonly int _attentionVCount;
    private int _attentionV;
    private int _ffnDown;
    private int _ffnGate;
    private int _ffnUp;

    /// <param name="rules">The rules of the file type.</param>
    /// <param name="model">The model.</param>
    /// <param name="categories">The category of every tensor of the file.</param>
    /// <param name="outputType">The type that the user chose for the output projection.</param>
    public Mixture(MixtureRules rules, ModelTraits model, IReadOnlyCollection<TensorCategory> categories, TensorType? outputType)
    {
        (_rules, _model, _outputType) = (rules, model, outputType);
        _attentionVCount = categories.Count(IsAttentionV);
        _isTied = !categories.Contains(TensorCategory.Output);
    }

    /// <summary>The type of the next tensor.</summary>
    /// <exception cref="GgufException">The tensor's layer cannot be told.</exception>
    public TensorType Next(TensorInfo tensor, TensorCategory category) => category switch
    {
        TensorCategory.Output => _outputType ?? _rules.Output(tensor),
        TensorCategory.TokenEmbedding when _isTied => _outputType ?? _rules.Output(tensor),
        _ when _rules.IsMxfp4Moe => _rules.Mxfp4Moe(tensor, category),
        TensorCategory.TokenEmbedding => _rules.TokenEmbedding(),
        _ when _rules.IsLowBit => NextLowBit(category),
        _ when IsAttentionV(category) => _rules.AttentionV(_attentionV++, _attentionVCount),
        TensorCategory.AttentionK => _rules.AttentionK(),
        TensorCategory.AttentionQ => _rules.AttentionQ(),
        TensorCategory.AttentionOutput => _rules.AttentionOutput(),
        TensorCategory.FfnDown => _rules.FfnDown(LayerOf(tensor, _ffnDown++), _model.LayerCount),
        TensorCategory.FfnGate => _rules.FfnGateOrUp(LayerOf(tensor, _ffnGate++), _model.LayerCount),
        TensorCategory.FfnUp => _rules.FfnGateOrUp(LayerOf(tensor, _ffnUp++), _model.LayerCount),
        _ => _rules.Usual,
    };

    private static bool IsAttentionV(TensorCategory category) =>
        category is TensorCategory.AttentionV or TensorCategory.AttentionQkv or TensorCategory.AttentionKvB;

    private TensorType NextLowBit(TensorCategory category) => category switch
    {
        _ when IsAttentionV(category) => _rules.LowBitAttentionV(),
        TensorCategory.AttentionK => _rules.LowBitAttentionK(),
        TensorCategory.FfnDown => _rules.LowBitFfnDown(_ffnDown++, _model.LayerCount),
        TensorCategory.AttentionOutput => _rules.LowBitAttentionOutput(),
        _ => _rules.Usual,
    };

    // Old files hold each expert as a tensor of its own, so that counting them would not count layers.
    private int LayerOf(TensorInfo tensor, int counted)
    {
        if (_model.ExpertCount <= 1)
        {
            return counted;
        }

        var layer = TensorNames.LayerOf(tensor.Name)
            ?? throw new GgufException($"Cannot choose a type for tensor '{tensor.Name}': with experts it goes by the layer, and the name begins with none.");
        return layer >= 0 && layer < _model.LayerCount
            ? layer
            : throw new GgufException($"Cannot choose a type for tensor '{tensor.Name}': the model has {_model.LayerCount} layers.");
    }
}
