using System.Text.Json.Nodes;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tests.Pickle;
using GGUFPacker.Conversion.Tests.Safetensors;

namespace GGUFPacker.Conversion.Tests.Conversions;

/// <summary>What can be wrong with a checkpoint: the error names what it is, and the file.</summary>
public sealed class BrokenCheckpointTests : IDisposable
{
    private const string Norm = """{"model.norm.weight":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""";

    private readonly TinyCheckpoint _checkpoint = new();

    [Theory]
    [InlineData("model.layers.0.self_attn.q_proj.weight", new long[] { 6, 4 }, "cannot be divided into 2 heads")]
    [InlineData("model.layers.0.self_attn.q_proj.weight", new long[] { }, "cannot be divided into 2 heads")]
    [InlineData("model.layers.0.self_attn.w_proj.weight", new long[] { 4, 4 }, "none of this name")]
    [InlineData("model.layers.7.self_attn.v_proj.weight", new long[] { 4, 4 }, "for 1 layers")]
    [InlineData("model.layers.99999999999999999999.self_attn.v_proj.weight", new long[] { 4, 4 }, "none of this name")]
    public void A_tensor_that_does_not_fit_is_told_with_its_file(string name, long[] shape, string message)
    {
        _checkpoint.WithFile("model-2.safetensors", (name, "F32", shape)).Folder.Write("model-1.safetensors", SafetensorsBytes.Of(Norm, 16));

        AssertFails(message, $"'{name}'", "model-2.safetensors");
    }

    [Fact]
    public void A_tensor_of_two_files_is_told_if_both_become_one()
    {
        _checkpoint.WithFile("model.safetensors", ("model.norm.weight", "F32", [4]), ("norm.weight", "F32", [4]));

        AssertFails("two tensors of the checkpoint become 'output_norm.weight'", "model.safetensors");
    }

    [Theory]
    [InlineData("num_hidden_layers", "NaN")]
    [InlineData("num_hidden_layers", "-1")]
    [InlineData("num_hidden_layers", "1.5")]
    [InlineData("num_hidden_layers", "\"1\"")]
    [InlineData("num_hidden_layers", "null")]
    [InlineData("num_attention_heads", "Infinity")]
    [InlineData("hidden_size", "1e400")]
    [InlineData("hidden_size", "99999999999")]
    [InlineData("rms_norm_eps", "NaN")]
    [InlineData("rms_norm_eps", "-Infinity")]
    [InlineData("rms_norm_eps", "1e300")]
    [InlineData("rope_theta", "[]")]
    [InlineData("vocab_size", "-5")]
    [InlineData("vocab_size", "NaN")]
    public void A_value_that_is_not_possible_is_told_with_its_key(string key, string json)
    {
        var other = key == "num_hidden_layers" ? "hidden_size" : "num_hidden_layers";
        _checkpoint.WithFile("model.safetensors", ("model.layers.0.self_attn.q_proj.weight", "F32", [4, 4])).WithRaw(key, json);

        var exception = Assert.Throws<CheckpointException>(() => _checkpoint.Open());

        Assert.Contains("config.json", exception.Message, StringComparison.Ordinal);
        Assert.Contains(key, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain($"'{other}'", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.safetensors.index.json", "header")]
    [InlineData("config.json", "header")]
    [InlineData("nowhere.safetensors", "missing")]
    [InlineData("", "missing")]
    [InlineData("../model.safetensors", "missing")]
    [InlineData("/etc/passwd", "missing")]
    public void An_index_that_leads_elsewhere_is_told(string target, string message)
    {
        _checkpoint.Folder.Write("model.safetensors", SafetensorsBytes.Of(Norm, 16))
            .Write("model.safetensors.index.json", new JsonObject { ["weight_map"] = new JsonObject { ["model.norm.weight"] = target } }.ToJsonString());

        AssertFails(message, $"'{target}'");
    }

    [Fact]
    public void An_index_that_names_tensors_of_another_file_is_told()
    {
        _checkpoint.Folder.Write("model.safetensors", SafetensorsBytes.Of(Norm, 16))
            .Write("model.safetensors.index.json", """{"weight_map":{"model.norm.weight":"model.safetensors","lm_head.weight":"model.safetensors"}}""");

        AssertFails("Only in the index: lm_head.weight", "model.safetensors.index.json");
    }

    [Fact]
    public void A_pickle_that_would_run_code_is_told()
    {
        _checkpoint.Folder.Write("pytorch_model.bin", PickleWriter.Archive(new PickleWriter().Global("posix", "system").Text("true").Raw(0x85, (byte)'R').ToArray()));

        AssertFails("posix.system", "pytorch_model.bin");
    }

    [Fact]
    public void Scales_without_their_weight_are_told()
    {
        _checkpoint.With("quantization_config", new JsonObject { ["quant_method"] = "fp8" })
            .WithFile("model.safetensors", ("model.layers.0.mlp.up_proj.weight_scale_inv", "F32", [1]));

        AssertFails("'model.layers.0.mlp.up_proj.weight', which is missing");
    }

    [Fact]
    public void Scales_of_another_shape_are_told_with_the_file()
    {
        _checkpoint.With("quantization_config", new JsonObject { ["quant_method"] = "fp8" }).WithFile(
            "model.safetensors", ("model.layers.0.mlp.up_proj.weight", "F32", [4, 4]), ("model.layers.0.mlp.up_proj.weight_scale_inv", "F32", [3]));

        AssertFails("scales of shape [3]", "'model.layers.0.mlp.up_proj.weight'", "model.safetensors");
    }

    [Fact]
    public void Gptq_without_its_groups_is_told()
    {
        _checkpoint.With("quantization_config", new JsonObject { ["quant_method"] = "gptq", ["bits"] = 4 })
            .WithFile("model.safetensors", ("model.layers.0.mlp.up_proj.qweight", "F32", [1, 8]));

        AssertFails("'model.layers.0.mlp.up_proj.g_idx'", "missing");
    }

    [Fact]
    public void Mutated_configurations_are_read_or_refused()
    {
        var random = new Random(11);
        _checkpoint.WithFile("model.safetensors", ("model.layers.0.self_attn.q_proj.weight", "F32", [4, 4]), ("model.norm.weight", "F32", [4]));
        _checkpoint.Open().Dispose();
        var config = File.ReadAllBytes(Path.Combine(_checkpoint.Folder.Path, "config.json"));
        for (var i = 0; i < 300; i++)
        {
            var mutated = config.ToArray();
            for (var count = random.Next(1, 4); count > 0; count--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(32, 127);
            }

            _checkpoint.Folder.Write("config.json", mutated);
            try
            {
                ModelConverter.Open(_checkpoint.Folder.Files, new ConvertOptions { PreTokenizer = "llama-bpe" }).Dispose();
            }
            catch (CheckpointException)
            {
                // Refused, as it should be; any other exception fails the test.
            }
        }
    }

    public void Dispose() => _checkpoint.Dispose();

    private void AssertFails(params ReadOnlySpan<string> parts)
    {
        var message = Assert.Throws<CheckpointException>(() => _checkpoint.Open()).Message;
        foreach (var part in parts)
        {
            Assert.Contains(part, message, StringComparison.Ordinal);
        }
    }
}
