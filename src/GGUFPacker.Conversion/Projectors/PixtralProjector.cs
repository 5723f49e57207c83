using System.Globalization;
using System.Text.Json;
using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Projectors.ProjectorKinds;

namespace GGUFPacker.Conversion.Projectors;

/// <summary>
/// Pixtral and Mistral Small 3.1 and later, in Hugging Face's format or Mistral's own: rotary embeddings, and the token that ends a row of patches.
/// </summary>
[Projector("Pixtral, Mistral 3", "LlavaForConditionalGeneration", "Mistral3ForConditionalGeneration", "PixtralModel")]
internal sealed class PixtralProjector : Projector
{
    private const string BreakToken = "[IMG_BREAK]";

    private static readonly string[] Prefixes =
        ["multi_modal_projector.", "vision_tower.", "vision_encoder.", "vision_language_adapter.", "patch_merger.", "pre_mm_projector_norm"];

    private readonly bool _isMistral;
    private readonly long _breakToken;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public PixtralProjector(ProjectorContext context)
        : base(context)
    {
        _isMistral = context.Options.MistralFormat;
        if (_isMistral)
        {
            _breakToken = Main.RequireInteger("image_break_token_id");
            _breakToken = _breakToken < 0 ? MistralTokenId() : _breakToken;
        }
        else if (Main.Find("model_type")?.Text == "pixtral")
        {
            _breakToken = TokenId();
        }
        else
        {
            throw CheckpointException.NotSupported(
                $"the vision model '{Main.Find("model_type")?.Text}' of {context.HuggingFaceName}", "Only Pixtral's is supported there.");
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (Prefixes.Any(prefix => tensor.Name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var heads = Main.RequireInteger("num_attention_heads");
            var isPermuted = !_isMistral
                && (tensor.EndsWith("q_proj.weight") || tensor.EndsWith("q_proj.bias") || tensor.EndsWith("k_proj.weight") || tensor.EndsWith("k_proj.bias"));
            return AdapterName(tensor.Name) is { } name
                ? [tensor with { Name = name }]
                : Map(isPermuted ? tensor.With(source => source.RotaryPermuted(heads)) : tensor);
        }

        return _breakToken > 0 && tensor.Contains(_isMistral ? "tok_embeddings.weight" : "embed_tokens.weight")
            ? [new NamedTensor(VTokEmbdImgBreak.NameOf(null, ""), tensor.With(source => source.Sliced(0, _breakToken, 1).Reshaped(-1)).Source)]
            : [];
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Text("projector_type", "pixtral");
        if (!_isMistral)
        {
            writer.Real("vision.attention.layer_norm_epsilon", Main.Find("layer_norm_eps")?.Number ?? 1e-5);
            WriteActivation(writer);
            if (Config.Contains("spatial_merge_size"))
            {
                writer.Count("vision.spatial_merge_size", Config.Find("spatial_merge_size"));
            }

            return;
        }

        writer.Real("vision.attention.layer_norm_epsilon", Config.Require("norm_eps"));
        writer.Real("rope.freq_base", Main.Require("rope_theta"));
        writer.Flag("use_silu", true);
        if (Main.Find("mm_projector_id") is { Element.ValueKind: JsonValueKind.String } id && id.Text == "patch_merge")
        {
            writer.Count("vision.spatial_merge_size", Main.RequireInteger("spatial_merge_size"), "spatial_merge_size");
        }
    }

    private string? AdapterName(string name) => !_isMistral ? null : name switch
    {
        "vision_language_adapter.w_in.weight" => "mm.1.weight",
        "vision_language_adapter.w_in.bias" => "mm.1.bias",
        "vision_language_adapter.w_out.weight" => "mm.2.weight",
        "vision_language_adapter.w_out.bias" => "mm.2.bias",
        _ => null,
    };

    private long TokenId()
    {
        var config = CheckpointJson.ReadObjectIfPresent(Context.Files, "tokenizer_config.json")
            ?? throw new CheckpointException(
                $"Cannot convert '{Context.Files.Name}': the id of {BreakToken} is looked for in tokenizer_config.json, which is missing.");
        foreach (var token in config.Members("added_tokens_decoder"))
        {
            if (token.Value.Text("content") == BreakToken && long.TryParse(token.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                return id;
            }
        }

        return AddedTokenId() ?? throw NoBreakToken();
    }

    private long MistralTokenId()
    {
        foreach (var token in CheckpointJson.ReadObjectIfPresent(Context.Files, "tekken.json")?.Elements("special_tokens") ?? [])
        {
            if (token.Text("token_str") == BreakToken && token.Property("rank") is { } rank)
            {
                return new ConfigValue("rank", rank).Integer;
            }
        }

        return AddedTokenId() ?? throw NoBreakToken();
    }

    private long? AddedTokenId()
    {
        foreach (var token in CheckpointJson.ReadObjectIfPresent(Context.Files, "tokenizer.json")?.Elements("added_tokens") ?? [])
        {
            if (token.Text("content") == BreakToken && token.Property("id") is { } id)
            {
                return new ConfigValue("id", id).Integer;
            }
        }

        return null;
    }

    private static CheckpointException NoBreakToken() => new($"Cannot convert: the tokenizer's files have no token {BreakToken}.");
}
