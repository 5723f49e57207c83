using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GGUFPacker.Product.Tests;

/// <summary>The sample's checkpoint with its layers repeated: a model that takes long enough to be interrupted.</summary>
internal static class DeepCheckpoint
{
    public static void Write(string source, string destination, int layers)
    {
        Workspace.CopyDirectory(source, destination);
        var configPath = Path.Combine(destination, "config.json");
        var config = JsonNode.Parse(File.ReadAllText(configPath))!.AsObject();
        var layersThere = (int)config["num_hidden_layers"]!;
        config["num_hidden_layers"] = layers;
        File.WriteAllText(configPath, config.ToJsonString());

        var weights = File.ReadAllBytes(Path.Combine(source, "model.safetensors"));
        var headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(weights);
        var data = weights.AsMemory(8 + headerLength);
        var header = new JsonObject();
        var parts = new List<ReadOnlyMemory<byte>>();
        long offset = 0;
        foreach (var (name, entry) in JsonNode.Parse(weights.AsSpan(8, headerLength))!.AsObject())
        {
            if (name == "__metadata__")
            {
                header.Add(name, entry!.DeepClone());
                continue;
            }

            var offsets = entry!["data_offsets"]!;
            var bytes = data[(int)offsets[0]!..(int)offsets[1]!];
            const string Prefix = "model.layers.";
            if (!name.StartsWith(Prefix, StringComparison.Ordinal))
            {
                Add(name, entry, bytes);
                continue;
            }

            var rest = name[Prefix.Length..];
            var dot = rest.IndexOf('.');
            for (var layer = int.Parse(rest[..dot], System.Globalization.CultureInfo.InvariantCulture); layer < layers; layer += layersThere)
            {
                Add($"{Prefix}{layer}{rest[dot..]}", entry, bytes);
            }
        }

        var text = JsonSerializer.SerializeToUtf8Bytes(header);
        using var file = File.Create(Path.Combine(destination, "model.safetensors"));
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        file.Write(length);
        file.Write(text);
        parts.ForEach(part => file.Write(part.Span));

        void Add(string name, JsonNode entry, ReadOnlyMemory<byte> bytes)
        {
            header.Add(name, new JsonObject
            {
                ["dtype"] = (string)entry["dtype"]!,
                ["shape"] = entry["shape"]!.DeepClone(),
                ["data_offsets"] = new JsonArray(offset, offset + bytes.Length),
            });
            parts.Add(bytes);
            offset += bytes.Length;
        }
    }
}
