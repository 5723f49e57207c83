using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GGUFPacker.Benchmarks;

/// <summary>A Llama checkpoint of BF16 weights in one safetensors file, with the configuration and tokenizer of another, small one; 22 layers are 2 GiB.</summary>
internal static class SyntheticCheckpoint
{
    private const int Width = 2048;
    private const int KeyWidth = 512;
    private const int FeedForward = 5632;

    public static async Task WriteAsync(string small, string folder, int layers)
    {
        Directory.CreateDirectory(folder);
        foreach (var name in new[] { "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json" })
        {
            File.Copy(Path.Combine(small, name), Path.Combine(folder, name), overwrite: true);
        }

        var config = JsonNode.Parse(await File.ReadAllBytesAsync(Path.Combine(small, "config.json")))!;
        config["hidden_size"] = Width;
        config["intermediate_size"] = FeedForward;
        config["num_hidden_layers"] = layers;
        config["num_attention_heads"] = 32;
        config["num_key_value_heads"] = 8;
        config["head_dim"] = 64;
        await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), config.ToJsonString());
        await WriteWeightsAsync(Path.Combine(folder, "model.safetensors"), [.. Tensors(layers, config["vocab_size"]!.GetValue<int>())]);
    }

    private static IEnumerable<(string Name, long[] Shape)> Tensors(int layers, int vocabulary)
    {
        yield return ("model.embed_tokens.weight", [vocabulary, Width]);
        yield return ("model.norm.weight", [Width]);
        for (var layer = 0; layer < layers; layer++)
        {
            var prefix = $"model.layers.{layer}.";
            yield return (prefix + "input_layernorm.weight", [Width]);
            yield return (prefix + "mlp.down_proj.weight", [Width, FeedForward]);
            yield return (prefix + "mlp.gate_proj.weight", [FeedForward, Width]);
            yield return (prefix + "mlp.up_proj.weight", [FeedForward, Width]);
            yield return (prefix + "post_attention_layernorm.weight", [Width]);
            yield return (prefix + "self_attn.k_proj.weight", [KeyWidth, Width]);
            yield return (prefix + "self_attn.o_proj.weight", [Width, Width]);
            yield return (prefix + "self_attn.q_proj.weight", [Width, Width]);
            yield return (prefix + "self_attn.v_proj.weight", [KeyWidth, Width]);
        }
    }

    private static async Task WriteWeightsAsync(string path, (string Name, long[] Shape)[] tensors)
    {
        var header = new JsonObject();
        var offset = 0L;
        foreach (var (name, shape) in tensors)
        {
            var bytes = shape.Aggregate(2L, (product, dimension) => product * dimension);
            header[name] = new JsonObject
            {
                ["dtype"] = "BF16",
                ["shape"] = new JsonArray([.. shape.Select(dimension => JsonValue.Create(dimension))]),
                ["data_offsets"] = new JsonArray(offset, offset + bytes),
            };
            offset += bytes;
        }

        var text = JsonSerializer.SerializeToUtf8Bytes(header);
        var length = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        await using var file = File.Create(path);
        await file.WriteAsync(length);
        await file.WriteAsync(text);

        var floats = new float[1 << 20];
        var block = new byte[floats.Length * 2];
        for (long done = 0, seed = 0; done < offset; seed++)
        {
            WeightSource.Fill(floats, seed);
            var count = (int)Math.Min(block.Length, offset - done);
            var halves = MemoryMarshal.Cast<byte, ushort>(block.AsSpan(0, count));
            for (var i = 0; i < halves.Length; i++)
            {
                halves[i] = (ushort)(BitConverter.SingleToUInt32Bits(floats[i]) >> 16);
            }

            await file.WriteAsync(block.AsMemory(0, count));
            done += count;
        }
    }
}
