using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>ruGPT-3 XL: GPT-2 with separate projections, which become one, and matrices the usual way round.</summary>
[Family("ruGPT-3 XL", "RuGPT3XLForCausalLM", Special = "query, key and value joined")]
internal sealed class RuGpt3Xl(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("gpt2",
    [
        TokenEmbd, PositionEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnOutput, FfnNorm, FfnUp, FfnDown,
    ]);

    private static readonly string[] Parts = [".self_attn.q_proj.", ".self_attn.k_proj.", ".self_attn.v_proj."];

    private readonly Dictionary<string, TensorSource?[]> _waiting = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        var part = Array.FindIndex(Parts, tensor.Contains);
        if (part < 0)
        {
            return Map(tensor);
        }

        var name = AttnQkv.NameOf(block, tensor.EndsWith(".weight") ? ".weight" : ".bias");
        if (!_waiting.TryGetValue(name, out var parts))
        {
            _waiting.Add(name, parts = new TensorSource?[Parts.Length]);
        }

        parts[part] = tensor.Source;
        if (parts.Contains(null))
        {
            return [];
        }

        _waiting.Remove(name);
        return Map(tensor.With(_ => Concatenation.Join([.. parts.OfType<TensorSource>()])) with { Name = name });
    }

    /// <inheritdoc/>
    public override void Complete()
    {
        base.Complete();
        if (_waiting.Count > 0)
        {
            throw new CheckpointException($"Cannot convert: of '{_waiting.Keys.First()}' only a part of query, key and value is in the checkpoint.");
        }
    }
}
