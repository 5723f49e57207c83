using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Safetensors;

/// <summary>The open weight files of a checkpoint, in the order in which their tensors are converted.</summary>
internal sealed class SafetensorsCheckpoint : IDisposable
{
    private const string IndexName = "model.safetensors.index.json";

    private SafetensorsCheckpoint(ImmutableArray<SafetensorsFile> files) => Files = files;

    /// <summary>The files: those that the index names, or without an index all <c>model*.safetensors</c>; in the order of their names.</summary>
    public ImmutableArray<SafetensorsFile> Files { get; }

    /// <summary>
    /// Opens the weight files and compares them with the index if there is one. A checkpoint without weights has no files, which is no error.
    /// </summary>
    /// <exception cref="CheckpointException">A file is missing or broken, the index and the files differ, or the weights are no safetensors.</exception>
    public static SafetensorsCheckpoint Open(CheckpointFiles files)
    {
        var index = ReadIndex(files);
        IEnumerable<string> names;
        if (index is not null)
        {
            names = index.Values.Distinct(StringComparer.Ordinal);
        }
        else
        {
            names = files.Names.Where(name => IsWeights(name, "model", ".safetensors"));
            if (!names.Any() && files.Names.Any(name => IsWeights(name, "pytorch_model", ".bin")))
            {
                throw CheckpointException.NotSupported(
                    "the PyTorch format (pytorch_model*.bin)", "Use the model's safetensors files, or save it again with safetensors.");
            }
        }

        var opened = ImmutableArray.CreateBuilder<SafetensorsFile>();
        try
        {
            foreach (var name in names.Order(CodePointComparer.Instance))
            {
                if (!files.Exists(name))
                {
                    throw new CheckpointException(
                        $"Cannot convert '{files.Name}': {IndexName} names the file '{name}', which is missing. Is the download complete?");
                }

                opened.Add(SafetensorsFile.Open(files, name));
            }

            if (index is { Count: > 0 })
            {
                Compare(index, opened, files.Name);
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

        return new SafetensorsCheckpoint(opened.ToImmutable());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in Files)
        {
            file.Dispose();
        }
    }

    private static bool IsWeights(string name, string prefix, string suffix) =>
        !name.Contains('/', StringComparison.Ordinal) && name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(suffix, StringComparison.Ordinal);

    private static Dictionary<string, string>? ReadIndex(CheckpointFiles files)
    {
        // llama.cpp looks for this index only when there are safetensors files at all.
        if (!files.Names.Any(name => IsWeights(name, "model", ".safetensors")) || ConfigJson.ReadObject(files, IndexName) is not { } json)
        {
            return null;
        }

        if (!json.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
        {
            throw new CheckpointException($"Cannot convert '{files.Name}': {IndexName} has no object 'weight_map'.");
        }

        var index = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in map.EnumerateObject())
        {
            index[property.Name] = property.Value.ValueKind == JsonValueKind.String
                ? property.Value.GetString()!
                : throw new CheckpointException($"Cannot convert '{files.Name}': the file of '{property.Name}' in {IndexName} is not a string.");
        }

        return index;
    }

    private static void Compare(Dictionary<string, string> index, IEnumerable<SafetensorsFile> files, string checkpointName)
    {
        var found = files.SelectMany(file => file.Entries).Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        var missing = index.Keys.Where(name => !found.Contains(name)).Order(CodePointComparer.Instance).ToList();
        var extra = found.Where(name => !index.ContainsKey(name)).Order(CodePointComparer.Instance).ToList();
        if (missing.Count > 0 || extra.Count > 0)
        {
            throw new CheckpointException(
                $"Cannot convert '{checkpointName}': {IndexName} and the weight files differ."
                + Listed("Only in the index", missing) + Listed("Only in the files", extra));
        }
    }

    private static string Listed(string title, List<string> names) =>
        names.Count == 0 ? "" : $" {title}: {string.Join(", ", names.Take(5))}{(names.Count > 5 ? $" and {names.Count - 5} more" : "")}.";
}
