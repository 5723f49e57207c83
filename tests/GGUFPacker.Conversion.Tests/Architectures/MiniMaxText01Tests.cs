using System.Text.Json.Nodes;
using GGUFPacker.Conversion.Tests.Conversions;
using GGUFPacker.Conversion.Tests.Safetensors;

namespace GGUFPacker.Conversion.Tests.Architectures;

public sealed class MiniMaxText01Tests
{
    private const int Rows = 288;
    private const int RowBytes = 4 * sizeof(float);

    [Fact]
    public void Tokens_behind_the_trained_ones_whose_embedding_is_zero_are_suppressed()
    {
        var file = SafetensorsBytes.Of(
            $$$"""{"model.embed_tokens.weight":{"dtype":"F32","shape":[{{{Rows}}},4],"data_offsets":[0,{{{Rows * RowBytes}}}]}}""", Rows * RowBytes);
        Clear(10);
        Clear(Rows - 2);
        using var checkpoint = new TinyCheckpoint()
            .With("architectures", new JsonArray("MiniMaxText01ForCausalLM"))
            .With("model_type", "minimax_text_01")
            .With("rotary_dim", 2)
            .With("vocab_size", Rows + 1000);
        foreach (var part in new[] { "full_attention", "linear_attention", "mlp" })
        {
            checkpoint.With($"layernorm_{part}_alpha", 3.5).With($"layernorm_{part}_beta", 1);
        }

        checkpoint.Folder.Write("model.safetensors", file);

        using var model = checkpoint.Open();

        Assert.True(model.Metadata["tokenizer.ggml.suppress_tokens"]!.TryGetArray<int>(out var tokens));
        Assert.Equal([Rows - 2], tokens.ToArray());

        void Clear(int row) => file.AsSpan(file.Length - ((Rows - row) * RowBytes), RowBytes).Clear();
    }
}
