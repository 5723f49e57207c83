using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// Models in Mistral's own format (--mistral-format: params.json, consolidated*.safetensors, tekken.json): Llama with queries and keys in llama.cpp's order
/// already. It has no name in config.json.
/// </summary>
internal sealed class MistralFormat(ArchitectureContext context) : Llama(context.Config.Contains("llama_4_scaling") ? Mistral3Gguf : LlamaGguf, context)
{
    private static readonly GgufArchitecture LlamaGguf = new("llama",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnGateInp, FfnUp, FfnUpExps,
        FfnGate, FfnGateExps, FfnDown, FfnDownExps, RopeFreqs,
    ]);

    // Since Ministral 3: attention has a temperature.
    private static readonly GgufArchitecture Mistral3Gguf = LlamaGguf with { Name = "mistral3" };

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForMistralFormat(Context.Options.CommunityChatTemplate);

    /// <inheritdoc/>
    protected override bool IsPermuted => false;

    /// <inheritdoc/>
    protected override bool HasVocabularySize => false;

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        if (Config["yarn"] is { ValueKind: JsonValueKind.Object } json)
        {
            var yarn = new ModelConfig(json.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value)));
            writer.Text("rope.scaling.type", "yarn");
            writer.Real("rope.scaling.factor", yarn.Require("factor"));
            writer.Real("rope.scaling.yarn_beta_fast", yarn.Require("beta"));
            writer.Real("rope.scaling.yarn_beta_slow", yarn.Require("alpha"));
            writer.Real("rope.scaling.yarn_log_multiplier", yarn.Require("apply_scale")?.Element.ValueKind == JsonValueKind.True ? 0 : 1);
            writer.Count("rope.scaling.original_context_length", yarn.RequireInteger("original_max_position_embeddings"), "original_max_position_embeddings");
        }

        if (Config["llama_4_scaling"] is { ValueKind: JsonValueKind.Object } scaling && scaling.TryGetProperty("beta", out var beta))
        {
            writer.Real("attention.temperature_scale", new ConfigValue("llama_4_scaling.beta", beta));
        }
    }
}
