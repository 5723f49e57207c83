using GGUFPacker.Estimation.Engines;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Tests.Engines;

public sealed class EngineArgumentsTests
{
    [Fact]
    public void A_server_without_arguments_has_four_slots_that_share_a_cache()
    {
        var options = EngineArguments.Of(EngineProfile.LlamaServer).Options;

        Assert.Equal(EngineProfile.LlamaServer.Defaults, options);
        Assert.True(options is { Sequences: 4, UnifiedCache: true, Outputs: 4 });
    }

    [Fact]
    public void The_library_has_one_sequence_and_outputs_for_all_tokens()
    {
        Assert.Equal(EngineProfile.Library.Defaults, EngineArguments.Of(EngineProfile.Library).Options);
    }

    [Fact]
    public void All_that_CMD_says_is_read()
    {
        var read = Server(
            "-m", "a.gguf", "-c", "8192", "-b", "1024", "-ub", "256", "-np", "2", "-fa", "-ctk", "q8_0", "-ctv", "q4_0", "-ngl", "20", "-nkvo", "-ts", "3,1", "-mg", "1",
            "-sm", "row", "--no-mmap", "--swa-full", "--no-repack", "--no-op-offload", "--no-host", "-ot", @"exps=CPU,blk\.1\.=CUDA1", "--mmproj", "p.gguf",
            "--lora", "l.gguf,k.gguf", "--lora-scaled", "s.gguf", "0.5", "--control-vector-scaled", "c.gguf:0.5", "--temp", "0.7", "--alias", "-c name");
        var options = read.Options;

        Assert.Equal(("a.gguf", "p.gguf"), (read.Model, read.Projector));
        Assert.Equal(["l.gguf", "k.gguf", "s.gguf"], read.Adapters);
        Assert.Equal(["c.gguf"], read.ControlVectors);
        Assert.Equal((8192, 1024, 256, 2), (options.ContextSize, options.BatchSize, options.MicroBatchSize, options.Sequences));
        Assert.Equal((FlashAttention.On, TensorType.Q8_0, TensorType.Q4_0), (options.FlashAttention, options.KeyType, options.ValueType));
        Assert.Equal((20, false, 1, SplitMode.Row), (options.DeviceLayers, options.OffloadCache, options.MainDevice, options.SplitMode));
        Assert.Equal([3f, 1f], options.TensorSplit.AsEnumerable());
        Assert.True(options is { MemoryMap: false, FullSlidingWindow: true, RepackWeights: false, OffloadOperations: false, PinnedHostMemory: false, UnifiedCache: false, Outputs: 2 });
        Assert.Equal([new TensorOverride("exps", null), new TensorOverride(@"blk\.1\.", 1)], options.TensorOverrides.AsEnumerable());
    }

    [Theory]
    [InlineData(FlashAttention.On, "-fa", "on")]
    [InlineData(FlashAttention.Off, "--flash-attn", "0")]
    [InlineData(FlashAttention.Auto, "-fa", "auto")]
    [InlineData(FlashAttention.On, "-fa", "-c", "256")]
    public void Flash_attention_has_a_value_or_none(FlashAttention expected, params string[] arguments) => Assert.Equal(expected, Server(arguments).Options.FlashAttention);

    [Fact]
    public void Slots_share_a_cache_when_they_are_said_to()
    {
        Assert.False(Server("-np", "3").Options.UnifiedCache);
        Assert.True(Server("-np", "3", "-kvu").Options.UnifiedCache);
        Assert.True(Server("-np", "-1", "-no-kvu").Options is { UnifiedCache: true, Sequences: 4 });
    }

    [Theory]
    [InlineData(4, 0, false, "--spec-type", "none")]
    [InlineData(16, 3, true, "--spec-type", "draft-mtp")]
    [InlineData(36, 5, true, "--spec-draft-n-max", "5", "--spec-type", "ngram-cache,draft-mtp", "--spec-ngram-mod-n-max", "90")]
    [InlineData(16, 3, false, "--spec-type", "draft-eagle3", "-md", "d.gguf")]
    [InlineData(196, 0, false, "--spec-type", "ngram-simple")]
    [InlineData(44, 0, false, "--spec-type", "ngram-map-k", "--spec-ngram-map-k-size-m", "10")]
    [InlineData(364, 3, true, "--spec-default", "--spec-type", "draft-mtp", "--spec-ngram-mod-n-max", "90")]
    public void What_drafts_decides_outputs_snapshots_and_layers(int outputs, int snapshots, bool prediction, params string[] arguments)
    {
        var read = Server(arguments);

        Assert.Equal((outputs, snapshots, prediction), (read.Options.Outputs, read.Options.RecurrentSnapshots, read.Options.LoadPrediction));
        Assert.False(read.Options.PredictionContext);
        Assert.Equal(prediction, read.DraftsWithPrediction);
    }

    [Fact]
    public void Drafts_that_llama_cpp_does_not_know_are_refused() => Assert.Contains("draft-mtp", Assert.Throws<EstimateException>(() => Server("--spec-type", "draft-mpt")).Message, StringComparison.Ordinal);

    [Fact]
    public void Later_arguments_win()
    {
        var read = Server("-c", "256", "-ngl", "1").Apply(["--ctx-size", "512", "--n-gpu-layers", "all"]);

        Assert.True(read.Options is { ContextSize: 512, DeviceLayers: -1 });
    }

    [Fact]
    public void A_draft_model_asks_for_more_outputs_and_has_options_of_its_own()
    {
        var read = Server("-md", "d.gguf", "-ngld", "0", "-ctkd", "q8_0", "--draft-max", "7", "-ngl", "9", "--embedding");
        Assert.Equal(0, read.Options.Outputs);

        read = Server("-md", "d.gguf", "--draft-max", "7");
        Assert.Equal(4, read.Options.Outputs);

        read = Server("-md", "d.gguf", "--spec-type", "draft-simple", "-ngld", "0", "-ctkd", "q8_0", "--draft-max", "7", "-ngl", "9");
        Assert.Equal(32, read.Options.Outputs);
        Assert.Equal(0, read.DrafterLayers);
        Assert.Equal(TensorType.Q8_0, read.DrafterKeyType);
    }

    [Fact]
    public void Embeddings_need_a_batch_at_once()
    {
        Assert.True(Server("--embedding", "-b", "4096", "-ub", "512").Options is { BatchSize: 512, Embeddings: true, Outputs: 0 });
    }

    [Fact]
    public void Experts_of_the_first_layers_stay_on_the_host()
    {
        var overrides = Server("-ncmoe", "2", "-cmoe", "-ncffn", "1").Options.TensorOverrides;

        Assert.Equal(
            [@"blk\.0\.ffn_(up|down|gate|gate_up)_(ch|)exps", @"blk\.1\.ffn_(up|down|gate|gate_up)_(ch|)exps", @"\.ffn_(up|down|gate|gate_up)_(ch|)exps", @"blk\.0\.ffn_(up|down|gate)\."],
            overrides.Select(entry => entry.Pattern));
        Assert.All(overrides, entry => Assert.Null(entry.Device));
    }

    [Theory]
    [InlineData("-c", "many")]
    [InlineData("-c", "-1")]
    [InlineData("-c")]
    [InlineData("-b", "-2")]
    [InlineData("-ctk", "q6_K")]
    [InlineData("-ctv", "unknown")]
    [InlineData("-sm", "tensor")]
    [InlineData("-ts", "a,b")]
    [InlineData("-ts", "0,0")]
    [InlineData("-ot", "exps")]
    [InlineData("-ot", "exps=CUDA99999999999")]
    [InlineData("-np", "99999999999")]
    public void A_value_that_is_none_is_told(params string[] arguments)
    {
        var error = Assert.Throws<EstimateException>(() => Server(arguments));
        Assert.StartsWith(arguments[0], error.Message, StringComparison.Ordinal);
    }

    private static EngineArguments Server(params string[] arguments) => EngineArguments.Of(EngineProfile.LlamaServer).Apply(arguments);
}
