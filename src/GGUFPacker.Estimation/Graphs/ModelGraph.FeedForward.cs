namespace GGUFPacker.Estimation.Graphs;

/// <content>Feed-forward networks (build_ffn).</content>
internal sealed partial class ModelGraph
{
    /// <summary>
    /// build_ffn with the layer's tensors <c>ffn_up</c>, <c>ffn_gate</c> and <c>ffn_down</c>, their biases and scales as far as there are any.
    /// </summary>
    /// <param name="x">What goes in.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="activation">What is between the matrices.</param>
    /// <param name="suffix">What follows the tensors' names, such as <c>_shexp</c>.</param>
    public GraphTensor FeedForward(GraphTensor x, int layer, Activation activation, string suffix = "")
    {
        var scales = TensorScales.OfFeedForward(Shape.Architecture, isShared: suffix.Length > 0);
        var (upName, gateName, downName) = ("ffn_up" + suffix, "ffn_gate" + suffix, "ffn_down" + suffix);
        var up = Scaled(AddBias(G.MulMat(Weight(layer, upName), x), BiasOf(upName)), upName);
        var gate = activation == Activation.Halved ? null : FindWeight(layer, gateName);
        if (gate is not null)
        {
            var input = activation is Activation.Gated or Activation.Situ ? x : up;
            x = Scaled(AddBias(G.MulMat(gate, input), BiasOf(gateName)), gateName);
        }
        else
        {
            x = up;
        }

        x = activation switch
        {
            Activation.Gated when gate is not null => Shape.ClampedFeedForwardLayers[layer] ? ClampedGate(x, up) : G.GluSplit(x, up),
            Activation.Situ => Situ(x, up),
            Activation.Halved => G.Glu(x),
            Activation.Squared => G.Sqr(G.Unary(x)),
            _ => G.Unary(x),
        };
        x = FindWeight($"blk.{layer}.ffn.act.scales") is { } divisor ? G.Div(x, divisor) : x;
        return Scaled(AddBias(G.MulMat(Weight(layer, downName), x), BiasOf(downName)), downName);

        GraphTensor? BiasOf(string name) => Unused.HasFlag(UnusedTensors.FeedForwardBiases) ? null : FindBias(layer, name);

        GraphTensor Scaled(GraphTensor y, string name) => scales && FindScale(layer, name) is { } scale ? G.Mul(y, scale) : y;
    }

    // A gate whose operands are limited first, in operations of their own.
    private GraphTensor ClampedGate(GraphTensor gate, GraphTensor up)
    {
        up = G.Clamp(up);
        return G.Mul(G.Clamp(G.Unary(gate)), up);
    }

    // beta * tanh(gate / beta) * sigmoid(gate) * linear_beta * tanh(up / linear_beta), the last without a linear_beta up itself.
    private GraphTensor Situ(GraphTensor gate, GraphTensor up)
    {
        var activated = G.Mul(G.Scale(G.Unary(G.Scale(gate))), G.Unary(gate));
        up = Shape.Number("activation.situ_linear_beta") is > 0 ? G.Scale(G.Unary(G.Scale(up))) : up;
        return G.Mul(activated, up);
    }
}
