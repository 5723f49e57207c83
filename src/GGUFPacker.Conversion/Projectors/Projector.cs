using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion.Projectors;

/// <summary>
/// Converts the vision or audio part of a multimodal checkpoint, with what joins it to the text model, to the file that llama.cpp takes as --mmproj.
/// The base has what all families share; a family overrides the steps in which it is special.
/// </summary>
internal abstract class Projector : TensorConverter
{
    /// <summary>The names that configurations have for the number of layers.</summary>
    protected static readonly string[] BlockCountKeys =
        ["n_layers", "num_hidden_layers", "n_layer", "num_layers", "depth", "layers", "encoder_layers", "vt_num_hidden_layers"];

    /// <summary>The layers that names may have in a file with two encoders, whose numbers differ.</summary>
    private const long BlockCountOfBoth = 128;

    // Mistral's own format has no preprocessor_config.json: these are the numbers of mistral-common.
    private static readonly float[] MistralMean = [0.48145466f, 0.4578275f, 0.40821073f];
    private static readonly float[] MistralDeviation = [0.26862954f, 0.26130258f, 0.27577711f];

    /// <summary>Creates the converter of a checkpoint.</summary>
    protected Projector(ProjectorContext context, bool hasVision = true, bool hasAudio = false)
    {
        Context = context;
        HasVision = hasVision;
        HasAudio = hasAudio;
        Vision = Section(context.Options.MistralFormat ? "vision_encoder" : "vision_config");
        Audio = Section(Config.Contains("whisper_config") ? "whisper_config" : "audio_config");
        if (Vision is null && Audio is null)
        {
            throw new CheckpointException("Cannot convert: config.json has neither 'vision_config' nor 'audio_config', so there is no projector.");
        }

        BlockCount = hasVision && hasAudio ? BlockCountOfBoth : Main.Find(BlockCountKeys)?.Integer ?? 0;
    }

    /// <inheritdoc/>
    public sealed override GgufArchitecture Definition { get; } = new("clip", ProjectorTensors.Kinds);

    /// <inheritdoc/>
    public sealed override string HuggingFaceName => Context.HuggingFaceName;

    /// <summary>The type of the weights, set before any tensor is converted.</summary>
    public OutType OutType { get; set; }

    /// <summary>The configuration that tells how weights are quantized.</summary>
    public ModelConfig QuantizedConfig => Main;

    /// <summary>What is converted.</summary>
    protected ProjectorContext Context { get; }

    /// <summary>The whole configuration.</summary>
    protected ModelConfig Config => Context.Config;

    /// <summary>The vision encoder's configuration.</summary>
    protected ModelConfig? Vision { get; set; }

    /// <summary>The audio encoder's configuration.</summary>
    protected ModelConfig? Audio { get; set; }

    /// <summary>The vision encoder's configuration, or the audio encoder's where there is only that.</summary>
    protected ModelConfig Main => Vision ?? Audio!;

    /// <summary>Whether the file has a vision encoder.</summary>
    protected bool HasVision { get; }

    /// <summary>Whether the file has an audio encoder.</summary>
    protected bool HasAudio { get; set; }

    /// <inheritdoc/>
    protected sealed override long BlockCount { get; }

    /// <summary>The hidden size of the text model.</summary>
    private long TextEmbeddingLength
    {
        get
        {
            var text = Config["text_config"] is { ValueKind: System.Text.Json.JsonValueKind.Object } json
                ? Config.With(json.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value)))
                : Config;
            var length = Context.Options.MistralFormat ? Config.Find("dim") : text.Find("hidden_size", "n_embd");
            return length?.Integer is > 0 and var value
                ? value
                : throw new CheckpointException("Cannot convert: config.json does not tell the hidden size of the text model (hidden_size of text_config).");
        }
    }

    /// <inheritdoc/>
    public override string? Select(string name) =>
        name.Contains("language_model.", StringComparison.Ordinal) ? null : SelectAny(name);

    /// <inheritdoc/>
    public override TensorType? ForcedType(string name, string ggufName, int dimensions) =>
        ggufName.Contains(".patch_embd.weight", StringComparison.Ordinal) || ggufName.Contains(".patch_merger.weight", StringComparison.Ordinal)
            ? OutType == OutType.F16 ? TensorType.F16 : TensorType.F32
            : null;

    /// <summary>Writes the keys, in llama.cpp's order.</summary>
    public virtual void WriteParameters(ParameterWriter writer)
    {
        writer.FileType();
        if (HasVision)
        {
            WriteVision(writer, Vision ?? throw new CheckpointException("Cannot convert: config.json has no 'vision_config'."));
        }

        if (HasAudio)
        {
            var audio = Audio ?? throw new CheckpointException("Cannot convert: config.json has no 'audio_config'.");
            writer.Flag("has_audio_encoder", true);
            writer.Count("audio.projection_dim", TextEmbeddingLength, "hidden_size");
            writer.Count("audio.embedding_length", audio.RequireInteger("hidden_size"), "hidden_size");
            writer.Count("audio.feed_forward_length", audio.RequireInteger("intermediate_size"), "intermediate_size");
            writer.Count("audio.block_count", audio.RequireInteger(BlockCountKeys), BlockCountKeys[1]);
            writer.Count("audio.attention.head_count", audio.RequireInteger("num_attention_heads"), "num_attention_heads");
        }
    }

    /// <summary>Gives a tensor its GGUF name, which may have other ends than .weight and .bias.</summary>
    protected IEnumerable<NamedTensor> Map(NamedTensor tensor, IEnumerable<string> suffixes) => [tensor with { Name = Find(tensor.Name, suffixes).Name }];

    /// <summary>Query, key and value of a fused tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="part">The part of its name that the three have instead.</param>
    /// <param name="names">What they have there.</param>
    protected static IEnumerable<NamedTensor> SplitInThree(NamedTensor tensor, string part, params string[] names) => names.Select((name, index) =>
        tensor.With(source => source.Chunks(0, names.Length)[index]).Renamed(part, name));

    /// <summary>A convolution over pairs of frames as two over single ones.</summary>
    protected static IEnumerable<NamedTensor> SplitFrames(NamedTensor tensor) => new[] { ".weight", ".weight.1" }.Select((suffix, frame) => new NamedTensor(
        ProjectorKinds.VEncEmbdPatch.NameOf(null, suffix),
        tensor.With(source => source.Shape is [var output, var input, 2, var height, var width]
            ? source.Sliced(2, frame, 1).Reshaped(output, input, height, width)
            : throw new ArgumentException("It is no convolution over two frames.")).Source));

    /// <summary>Writes which activation the vision encoder has.</summary>
    protected void WriteActivation(ParameterWriter writer)
    {
        var activation = Main.Require("hidden_act")?.Text;
        if (activation is not ("silu" or "gelu"))
        {
            throw new CheckpointException($"Cannot convert: 'hidden_act' of config.json is '{activation}', which llama.cpp's projectors do not know.");
        }

        writer.Flag(activation == "silu" ? "use_silu" : "use_gelu", true);
    }

    private void WriteVision(ParameterWriter writer, ModelConfig vision)
    {
        writer.Flag("has_vision_encoder", true);
        writer.Count("vision.projection_dim", TextEmbeddingLength, "hidden_size");
        writer.Count("vision.image_size", vision.RequireInteger("image_size"), "image_size");
        writer.Count("vision.patch_size", vision.RequireInteger("patch_size"), "patch_size");
        writer.Count("vision.embedding_length", vision.RequireInteger("hidden_size", "width", "vt_hidden_size"), "hidden_size");
        writer.Count("vision.feed_forward_length", vision.RequireInteger("intermediate_size", "vt_intermediate_size"), "intermediate_size");
        writer.Count("vision.block_count", vision.RequireInteger(BlockCountKeys), BlockCountKeys[1]);
        writer.Count(
            "vision.attention.head_count", vision.RequireInteger("num_attention_heads", "num_heads", "heads", "vt_num_attention_heads"), "num_attention_heads");
        if (Context.Options.MistralFormat)
        {
            writer.Reals("vision.image_mean", MistralMean);
            writer.Reals("vision.image_std", MistralDeviation);
            return;
        }

        writer.Numbers("vision.image_mean", RequirePreprocessor("image_mean"));
        writer.Numbers("vision.image_std", RequirePreprocessor("image_std"));
    }

    private ConfigValue RequirePreprocessor(string key) => Context.Preprocessor.Find(key)
        ?? throw new CheckpointException($"Cannot convert: neither preprocessor_config.json nor processor_config.json has '{key}'.");

    private ModelConfig? Section(string key) => Config[key] is { ValueKind: System.Text.Json.JsonValueKind.Object } json
        && json.EnumerateObject().Any()
            ? new ModelConfig(json.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value)))
            : null;
}
