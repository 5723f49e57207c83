namespace GGUFPacker.Estimation.Graphs.Families;

/// <summary>
/// Families with one feed-forward network in each layer that differ from <see cref="StandardDecoder"/> in its options alone: llama.cpp's src/models, by their
/// names there.
/// </summary>
internal static class DenseDecoders
{
    // Baichuan 13B tells distances by a bias. Its sizes are known by their layers (LLM_TYPE_7B).
    private const int RotatingBaichuanLayers = 32;

    private const UnusedTensors Biases = UnusedTensors.AttentionOutputBias | UnusedTensors.FeedForwardBiases;

    /// <summary>internlm2, paddleocr, pangu-embedded, qwen and xverse.</summary>
    public static StandardDecoder Plain { get; } = new();

    public static StandardDecoder Apertus { get; } = new()
    {
        UsesRopeFactors = true,
        HeadNorm = HeadNorm.EachHead,
        Unused = UnusedTensors.HeadNormBiases,
        FeedForward = Ungated,
    };

    public static StandardDecoder Arcee { get; } = new() { UsesRopeFactors = true, FeedForward = Squared };

    public static StandardDecoder Baichuan { get; } = new() { Rotates = (graph, _) => graph.Layers == RotatingBaichuanLayers };

    public static StandardDecoder Bloom { get; } = new() { Norm = NormKind.Layer, NormsEmbeddings = true, Rotates = Never, FeedForward = Ungated };

    public static StandardDecoder ChatGlm { get; } = new() { FeedForward = Halved };

    public static StandardDecoder CodeShell { get; } = new() { Norm = NormKind.Layer, FeedForward = Ungated };

    public static StandardDecoder Dream { get; } = new() { IsCacheless = true, Unused = UnusedTensors.LogitsBias };

    public static StandardDecoder Exaone { get; } = new() { UsesRopeFactors = true };

    public static StandardDecoder Glm4 { get; } = new() { NormsResults = true, PinsResults = true, FeedForward = Halved };

    /// <summary>gpt2 and starcoder.</summary>
    public static StandardDecoder Gpt2 { get; } = new() { Norm = NormKind.Layer, AddsPositions = true, Rotates = Never, FeedForward = Ungated };

    public static StandardDecoder Jais { get; } = new() { Norm = NormKind.Layer, Rotates = Never };

    /// <summary>jais2 and nemotron.</summary>
    public static StandardDecoder Nemotron { get; } = new() { Norm = NormKind.Layer, FeedForward = Squared };

    public static StandardDecoder Llada { get; } = new() { IsCacheless = true, Unused = Biases };

    public static StandardDecoder Maincoder { get; } = new() { HeadNorm = HeadNorm.EachHead, NormsRotatedHeads = true };

    public static StandardDecoder Orion { get; } = new() { Norm = NormKind.Layer };

    public static StandardDecoder PocketTts { get; } = new() { Norm = NormKind.Layer, FeedForward = Ungated };

    public static StandardDecoder Qwen2Vl { get; } = new() { Unused = UnusedTensors.LogitsBias };

    /// <summary>Its experts, if a file has such, are loaded and left out.</summary>
    public static StandardDecoder Refact { get; } = new() { Rotates = Never, Unused = Biases, FeedForward = ActivatedAtLeast };

    public static StandardDecoder SeedOss { get; } = new() { FeedForwardNorm = "post_attention_norm" };

    /// <summary>build_ffn without any matrices leaves the activation.</summary>
    public static GraphTensor ActivatedAtLeast(ModelGraph graph, GraphTensor x, int layer) =>
        graph.FindWeight(layer, "ffn_up") is null ? graph.G.Unary(x) : graph.FeedForward(x, layer, Activation.Gated);

    private static bool Never(ModelGraph graph, int layer) => false;

    private static GraphTensor Ungated(ModelGraph graph, GraphTensor x, int layer) => graph.FeedForward(x, layer, Activation.Plain);

    private static GraphTensor Squared(ModelGraph graph, GraphTensor x, int layer) => graph.FeedForward(x, layer, Activation.Squared);

    private static GraphTensor Halved(ModelGraph graph, GraphTensor x, int layer) => graph.FeedForward(x, layer, Activation.Halved);
}
