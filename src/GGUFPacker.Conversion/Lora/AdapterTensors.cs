using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion.Lora;

/// <summary>Converts an adapter's tensors as those of the model that it changes, and writes each as its two factors.</summary>
/// <param name="model">The model's converter.</param>
internal sealed class AdapterTensors(ModelArchitecture model) : TensorConverter
{
    /// <inheritdoc/>
    public override GgufArchitecture Definition => model.Definition;

    /// <inheritdoc/>
    public override string HuggingFaceName => model.HuggingFaceName;

    /// <inheritdoc/>
    protected override long BlockCount => 0;

    /// <inheritdoc/>
    public override string? Select(string name) => model.Select(name);

    /// <inheritdoc/>
    public override void Prepare(IReadOnlyCollection<string> names) => model.Prepare(names);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        var converted = model.Convert(tensor, block).ToList();
        if (tensor.Name == "lm_head.weight" && converted.Count == 0)
        {
            throw new CheckpointException("Cannot convert: the adapter changes lm_head, which the base model does not have (its embedding is used instead).");
        }

        return converted.SelectMany(Split);
    }

    /// <inheritdoc/>
    public override void Complete() => model.Complete();

    /// <inheritdoc/>
    public override TensorType? ForcedType(string name, string ggufName, int dimensions) => model.ForcedType(name, ggufName, dimensions);

    private static IEnumerable<NamedTensor> Split(NamedTensor tensor)
    {
        if (tensor.Contains("_norm"))
        {
            return tensor.Source.Shape.Length == 1 && tensor.Source is not LowRankTensor
                ? [tensor]
                : throw new CheckpointException($"Cannot convert '{tensor.Name}' of the adapter: a norm must be a vector.");
        }

        if (tensor.Source is not LowRankTensor factors)
        {
            throw new CheckpointException($"Cannot convert '{tensor.Name}' of the adapter: it has no lora_A and lora_B.");
        }

        // The embedding is looked up by rows, so llama.cpp wants its A the other way round.
        var a = tensor.Contains("token_embd.weight") ? factors.A.Transposed() : factors.A;
        return [new NamedTensor(tensor.Name + ".lora_a", a), new NamedTensor(tensor.Name + ".lora_b", factors.B)];
    }
}
