using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The kinds of layers of a model in which they differ ("layer_types" of config.json).</summary>
internal static class LayerTypes
{
    /// <summary>Writes which layers are recurrent: those with linear attention. Layers behind the model's own are not.</summary>
    /// <exception cref="CheckpointException">The list has another number of layers.</exception>
    public static void WriteRecurrent(ParameterWriter writer, ModelConfig config, long layerCount, long blockCount)
    {
        if (config["layer_types"] is null)
        {
            return;
        }

        var types = config.Texts("layer_types");
        if (types.Count != layerCount)
        {
            throw new CheckpointException($"Cannot convert: 'layer_types' of config.json has {types.Count} entries for {layerCount} layers.");
        }

        writer.Flags(
            "attention.recurrent_layers",
            types.Select(type => type == "linear_attention").Concat(Enumerable.Repeat(false, checked((int)(blockCount - layerCount)))));
    }
}
