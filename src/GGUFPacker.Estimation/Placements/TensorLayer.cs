namespace GGUFPacker.Estimation.Placements;

/// <summary>Which part of the model a weight belongs to (llm_tensor_layer).</summary>
internal enum TensorLayer
{
    /// <summary>The input, which always lies on the host.</summary>
    Input,

    /// <summary>The output layer.</summary>
    Output,

    /// <summary>One layer, whose number is with it.</summary>
    Layer,

    /// <summary>All layers: each device that has any needs it.</summary>
    EveryLayer,
}
