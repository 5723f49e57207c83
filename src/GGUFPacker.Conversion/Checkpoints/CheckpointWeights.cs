using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Conversion.Pickle;
using GGUFPacker.Conversion.Safetensors;

namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>
/// The open weight files of a checkpoint, in the order in which their tensors are converted: safetensors, or where there are none PyTorch's files.
/// </summary>
internal sealed class CheckpointWeights : IDisposable
{
    private readonly List<WeightFile> _others = [];

    private CheckpointWeights(ImmutableArray<WeightFile> files) => Files = files;

    /// <summary>The files: those that the index names, or without an index all that are named like weights; in the order of their names.</summary>
    public ImmutableArray<WeightFile> Files { get; }

    /// <summary>
    /// Opens the weight files and compares them with the index if there is one. A checkpoint without weights has no files, which is no error.
    /// </summary>
    /// <param name="files">The checkpoint.</param>
    /// <param name="isMistralFormat">Whether the files are Mistral's own (<c>consolidated*.safetensors</c>), which have no index.</param>
    /// <exception cref="CheckpointException">A file is missing or broken, or the index and the files differ.</exception>
    public static CheckpointWeights Open(CheckpointFiles files, bool isMistralFormat = false)
    {
        var prefix = isMistralFormat ? "consolidated" : "model";
        var names = files.Names.Where(name => IsWeights(name, prefix, ".safetensors")).ToList();
        var isSafetensors = names.Count > 0;
        if (!isSafetensors)
        {
            names = [.. files.Names.Where(name => IsWeights(name, "pytorch_model", ".bin"))];
        }

        var indexName = isSafetensors ? "model.safetensors.index.json" : "pytorch_model.bin.index.json";
        var index = isMistralFormat ? null : ReadIndex(files, indexName);
        var opened = ImmutableArray.CreateBuilder<WeightFile>();
        try
        {
            foreach (var name in (index?.Values.Distinct(StringComparer.Ordinal) ?? names).Order(CodePointComparer.Instance))
            {
                if (!files.Exists(name))
                {
                    throw new CheckpointException(
                        $"Cannot convert '{files.Name}': {indexName} names the file '{name}', which is missing. Is the download complete?");
                }

                opened.Add(isSafetensors ? SafetensorsFile.Open(files, name) : PyTorchFile.Open(files, name));
            }

            if (index is { Count: > 0 })
            {
                Compare(index, opened, files.Name, indexName);
            }
        }
        catch
        {
            foreach (var file in opened)
            {
                file.Dispose();
            }

            throw;
        }

        return new CheckpointWeights(opened.ToImmutable());
    }

    /// <summary>Opens a further safetensors file, such as a module's in a folder of its own. It is closed with the others.</summary>
    /// <exception cref="CheckpointException">The file is missing or broken.</exception>
    public WeightFile OpenBeside(CheckpointFiles files, string name)
    {
        var file = SafetensorsFile.Open(files, name);
        _others.Add(file);
        return file;
    }

    /// <summary>One file alone.</summary>
    public static CheckpointWeights Of(WeightFile file) => new([file]);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in Files.Concat(_others))
        {
            file.Dispose();
        }
    }

    private static bool IsWeights(string name, string prefix, string suffix) =>
        !name.Contains('/', StringComparison.Ordinal) && name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(suffix, StringComparison.Ordinal);

    private static Dictionary<string, string>? ReadIndex(CheckpointFiles files, string indexName)
    {
        if (CheckpointJson.ReadObjectIfPresent(files, indexName) is not { } json)
        {
            return null;
        }

        if (!json.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
        {
            throw new CheckpointException($"Cannot convert '{files.Name}': {indexName} has no object 'weight_map'.");
        }

        var index = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in map.EnumerateObject())
        {
            index[property.Name] = property.Value.ValueKind == JsonValueKind.String
                ? property.Value.GetString()!
                : throw new CheckpointException($"Cannot convert '{files.Name}': the file of '{property.Name}' in {indexName} is not a string.");
        }

        return index;
    }

    private static void Compare(Dictionary<string, string> index, IEnumerable<WeightFile> files, string checkpointName, string indexName)
    {
        var found = files.SelectMany(file => file.TensorNames).ToHashSet(StringComparer.Ordinal);
        var missing = index.Keys.Where(name => !found.Contains(name)).Order(CodePointComparer.Instance).ToList();
        var extra = found.Where(name => !index.ContainsKey(name)).Order(CodePointComparer.Instance).ToList();
        if (missing.Count > 0 || extra.Count > 0)
        {
            throw new CheckpointException(
                $"Cannot convert '{checkpointName}': {indexName} and the weight files differ."
                + Listed("Only in the index", missing) + Listed("Only in the files", extra));
        }
    }

    private static string Listed(string title, List<string> names) =>
        names.Count == 0 ? "" : $" {title}: {string.Join(", ", names.Take(5))}{(names.Count > 5 ? $" and {names.Count - 5} more" : "")}.";
}
