using System.Text.Json.Nodes;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tests.Conversions;

/// <summary>Drafters take their tokenizer, and more, from the model that they draft for.</summary>
public sealed class DrafterTests
{
    [Fact]
    public void A_drafter_has_the_tokenizer_of_its_target_and_a_token_to_be_filled_in()
    {
        using var drafter = DFlash().With("dflash_config", new JsonObject { ["mask_token_id"] = 7, ["target_layer_ids"] = new JsonArray(0) });
        using var target = new TinyCheckpoint();
        using var alone = new TinyCheckpoint().WithFile("model.safetensors", ("model.embed_tokens.weight", "F32", [288, 4]));

        using var model = drafter.Open(target: target);

        using var other = alone.With("num_key_value_heads", 2).Open();
        Assert.Equal("dflash", model.Metadata["general.architecture"]!.AsString());
        Assert.Equal(Tokens(other), Tokens(model));
        Assert.True(model.Metadata["tokenizer.ggml.mask_token_id"]!.TryGetInteger(out var mask) && mask == 7);
    }

    [Fact]
    public void A_drafter_without_its_target_says_how_to_give_it()
    {
        using var drafter = DFlash();
        using var eagle = new TinyCheckpoint().With("draft_vocab_size", 288).WithFile("model.safetensors", ("fc.weight", "F32", [4, 12]));

        Assert.Contains("--target-model-dir", Assert.Throws<CheckpointException>(() => drafter.Open()).Message, StringComparison.Ordinal);
        Assert.Contains("--target-model-dir", Assert.Throws<CheckpointException>(() => eagle.Open()).Message, StringComparison.Ordinal);
    }

    private static TinyCheckpoint DFlash() => new TinyCheckpoint()
        .With("architectures", new JsonArray("DFlashDraftModel"))
        .With("model_type", "qwen3")
        .WithFile("model.safetensors", ("fc.weight", "F32", [4, 12]));

    private static string[] Tokens(ConvertedModel model) =>
        model.Metadata["tokenizer.ggml.tokens"]!.TryGetArray<GgufString>(out var tokens) ? [.. tokens.ToArray().Select(token => token.ToString())] : [];
}
