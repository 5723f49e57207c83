using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// The dense layers that sentence-transformers puts behind a model (--sentence-transformers-dense-modules): modules.json names their folders, each with
/// weights and sizes.
/// </summary>
internal static class DenseModules
{
    private const string WeightsName = "model.safetensors";

    /// <summary>The layers' matrices, by their GGUF names.</summary>
    /// <exception cref="CheckpointException">A file is broken.</exception>
    public static IEnumerable<NamedTensor> Tensors(ArchitectureContext context)
    {
        foreach (var folder in Folders(context.Files))
        {
            var file = context.Weights.OpenBeside(context.Files, $"{folder}/{WeightsName}");
            foreach (var name in file.TensorNames.Where(name => name.EndsWith(".weight", StringComparison.Ordinal)))
            {
                yield return new NamedTensor(name.Replace("linear", PrefixOf(folder), StringComparison.Ordinal), file.Open(name));
            }
        }
    }

    /// <summary>Writes the layers' sizes as keys.</summary>
    public static void WriteSizes(ArchitectureContext context, ParameterWriter writer)
    {
        foreach (var folder in Folders(context.Files))
        {
            if (CheckpointJson.ReadObjectIfPresent(context.Files, $"{folder}/config.json") is { } config
                && config.Property("in_features") is { } inputs && config.Property("out_features") is { } outputs)
            {
                writer.Count($"{PrefixOf(folder)}_feat_in", new ConfigValue("in_features", inputs));
                writer.Count($"{PrefixOf(folder)}_feat_out", new ConfigValue("out_features", outputs));
            }
        }
    }

    private static IEnumerable<string> Folders(CheckpointFiles files)
    {
        if (!files.Exists("modules.json"))
        {
            return [];
        }

        var modules = CheckpointJson.Parse(files.ReadAllBytes("modules.json", CheckpointJson.MaximumBytes), "modules.json");
        return modules.ValueKind != JsonValueKind.Array
            ? throw new CheckpointException("Cannot convert: modules.json must hold a list.")
            : modules.EnumerateArray()
                .Where(module => module.Text("type") is { } type && type.EndsWith("Dense", StringComparison.Ordinal))
                .Select(module => module.Text("path") ?? "")
                .Where(folder => files.Exists($"{folder}/{WeightsName}"));
    }

    private static string PrefixOf(string folder) => folder == "2_Dense" ? "dense_2" : "dense_3";
}
