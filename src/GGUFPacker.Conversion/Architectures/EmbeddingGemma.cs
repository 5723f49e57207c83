using GGUFPacker.Conversion.Checkpoints;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>EmbeddingGemma: Gemma 3 that looks both ways, with sentence-transformers' pooling and, if asked for, its dense layers.</summary>
[Family("EmbeddingGemma", "Gemma3TextModel", Special = "as Gemma 3; pooling, dense modules")]
internal sealed class EmbeddingGemma(ArchitectureContext context) : Gemma3(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("gemma-embedding",
    [
        TokenEmbd, Output, Dense2, Dense3, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, PostAttentionNorm, FfnPreNorm,
        PostFfwNorm, FfnUp, FfnGate, FfnDown, AttnQNorm, AttnKNorm,
    ]);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> GenerateTensors() => Context.Options.DenseModules ? DenseModules.Tensors(Context) : [];

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);

        // transformers halves the window of a model that looks both ways; config.json has the one that was meant.
        var window = CheckpointJson.ReadObjectIfPresent(Context.Files, "config.json")?.Property("sliding_window")
            ?? throw new CheckpointException("Cannot convert: config.json has no 'sliding_window'.");
        writer.Count("attention.sliding_window", new ConfigValue("sliding_window", window));
        if (Context.Options.DenseModules)
        {
            DenseModules.WriteSizes(Context, writer);
        }

        Pooling.Write(writer, Context.Files);
    }
}
