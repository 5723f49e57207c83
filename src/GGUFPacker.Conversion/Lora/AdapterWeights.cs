using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Pickle;
using GGUFPacker.Conversion.Safetensors;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Lora;

/// <summary>Reads the weights of an adapter as PEFT writes them: adapter_model.safetensors, else adapter_model.bin.</summary>
internal static class AdapterWeights
{
    private const string SafetensorsName = "adapter_model.safetensors";
    private const string PyTorchName = "adapter_model.bin";

    /// <summary>Opens the file.</summary>
    /// <exception cref="CheckpointException">There is none, or it is broken.</exception>
    public static WeightFile Open(CheckpointFiles files) =>
        files.Exists(SafetensorsName) ? SafetensorsFile.Open(files, SafetensorsName)
        : files.Exists(PyTorchName) ? PyTorchFile.Open(files, PyTorchName)
        : throw new CheckpointException($"Cannot convert '{files.Name}': it has neither {SafetensorsName} nor {PyTorchName}, so it is no adapter of PEFT.");

    /// <summary>The changed weights by the names that they have in the model: norms as they are first, then products of two factors.</summary>
    /// <param name="file">The adapter's weights.</param>
    /// <param name="model">The model's converter.</param>
    /// <exception cref="CheckpointException">A tensor is no factor, or its companion is missing.</exception>
    public static OrderedDictionary<string, TensorSource> Select(WeightFile file, ModelArchitecture model)
    {
        var tensors = new OrderedDictionary<string, TensorSource>(StringComparer.Ordinal);
        var factors = new OrderedDictionary<string, (TensorSource? A, TensorSource? B)>(StringComparer.Ordinal);
        foreach (var name in NamesInOrder(file))
        {
            if (model.Select(BaseName(name)) is not { } baseName)
            {
                continue;
            }

            var isA = name.Contains(".lora_A.weight", StringComparison.Ordinal) || name.Contains(".lora_embedding_A", StringComparison.Ordinal);
            var isB = name.Contains(".lora_B.weight", StringComparison.Ordinal) || name.Contains(".lora_embedding_B", StringComparison.Ordinal);
            if (isA || isB)
            {
                var (a, b) = factors.GetValueOrDefault(baseName);
                factors[baseName] = isA ? (file.Open(name), b) : (a, file.Open(name));
            }
            else if (name.Contains("_layernorm", StringComparison.Ordinal) || name.Contains(".norm", StringComparison.Ordinal))
            {
                // mergekit keeps whole norms beside the factors.
                if (!name.Contains(".base_layer.weight", StringComparison.Ordinal))
                {
                    tensors[baseName] = file.Open(name);
                }
            }
            else if (!name.Contains(".base_layer.weight", StringComparison.Ordinal))
            {
                throw new CheckpointException($"Cannot convert the tensor '{name}' of '{file.Name}': {Advice(name)}");
            }
        }

        foreach (var (name, pair) in factors)
        {
            tensors[name] = pair is ({ } a, { } b)
                ? new NamedTensor(name, a).With(_ => LowRankTensor.Of(a, b)).Source
                : throw new CheckpointException($"Cannot convert '{name}' of '{file.Name}': its {(pair.A is null ? "lora_A" : "lora_B")} is missing.");
        }

        return tensors;
    }

    /// <summary>The order in which the file's own library has them: safetensors by their places, PyTorch as they were saved.</summary>
    private static IEnumerable<string> NamesInOrder(WeightFile file) => file is SafetensorsFile safetensors
        ? safetensors.Entries.OrderBy(entry => entry.Begin).Select(entry => entry.Name)
        : file.TensorNames;

    /// <summary>The name of the weight that a factor changes.</summary>
    private static string BaseName(string name) => name
        .Replace("base_model.model.", "", StringComparison.Ordinal)
        .Replace(".lora_A.weight", ".weight", StringComparison.Ordinal)
        .Replace(".lora_B.weight", ".weight", StringComparison.Ordinal)
        .Replace(".lora_embedding_A", ".weight", StringComparison.Ordinal)
        .Replace(".lora_embedding_B", ".weight", StringComparison.Ordinal);

    private static string Advice(string name) =>
        name.Contains(
            "lora_magnitude_vector",
            StringComparison.Ordinal) ? "it is of DoRA, which llama.cpp does not know. Merge the adapter into the model and convert that."
        : name.Contains(".embed_tokens.weight", StringComparison.Ordinal) || name.Contains(".lm_head.weight", StringComparison.Ordinal)
            || name.Contains("modules_to_save", StringComparison.Ordinal)
            ? "it is a whole module that was trained (modules_to_save, or new tokens). Merge the adapter into the model and convert that."
        : "it is neither lora_A nor lora_B. Merge the adapter into the model and convert that.";
}
