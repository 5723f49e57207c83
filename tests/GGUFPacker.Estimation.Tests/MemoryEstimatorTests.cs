using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Tests;

public class MemoryEstimatorTests
{
    [Fact]
    public void Weights_caches_and_outputs_of_a_small_model_are_summed()
    {
        var estimate = MemoryEstimator.Estimate(SmallModel(), new EstimateOptions { ContextSize = 512, MemoryMap = false }, []);
        Assert.Equal(2 * 512 * 2 * 2 * 32 * 2, estimate.Host.Cache);
        Assert.Equal(100 * sizeof(float), estimate.Output);
        Assert.Equal(512, estimate.Resolved.ContextPerSequence);
        Assert.Equal((100L * 64 * 4) + (64 * 4), estimate.Host.Weights);
    }

    [Theory]
    [InlineData(4, 3, 512)]
    [InlineData(4, 0, 2)]
    public void Fewer_outputs_than_sequences_are_refused(int sequences, int outputs, int batch)
    {
        var options = new EstimateOptions { ContextSize = 2048, Sequences = sequences, Outputs = outputs, BatchSize = batch };
        var exception = Assert.Throws<EstimateException>(() => MemoryEstimator.Estimate(SmallModel(), options, []));
        Assert.Contains($"{sequences} sequences", exception.Message, StringComparison.Ordinal);
        Assert.NotNull(MemoryEstimator.Estimate(SmallModel(), options with { Outputs = sequences, BatchSize = Math.Max(batch, sequences) }, []));
    }

    [Fact]
    public void Batches_that_the_sequences_of_a_family_that_reserves_for_one_do_not_share_evenly_are_refused()
    {
        var model = SmallModel("minimax-01");
        var options = new EstimateOptions { ContextSize = 768, MicroBatchSize = 64, Sequences = 3 };
        var exception = Assert.Throws<EstimateException>(() => MemoryEstimator.Estimate(model, options, []));
        Assert.Contains("Batches of 64 tokens", exception.Message, StringComparison.Ordinal);
        Assert.NotNull(MemoryEstimator.Estimate(model, options with { MicroBatchSize = 63 }, []));
        Assert.NotNull(MemoryEstimator.Estimate(model, options with { UnifiedCache = true }, []));
        Assert.NotNull(MemoryEstimator.Estimate(SmallModel(), options, []));
    }

    [Fact]
    public void A_drafter_that_reads_layers_of_a_model_that_gives_none_is_refused() =>
        Assert.Throws<EstimateException>(() => MemoryEstimator.Estimate(SmallModel(), new EstimateOptions { ContextSize = 512, KeptLayerInputs = [0] }, []));

    private static ModelHeader SmallModel(string architecture = "arcee") => new(
        new GgufMetadata.Builder()
            .Set("general.architecture", GgufValue.Of(architecture))
            .Set($"{architecture}.block_count", GgufValue.Of(2u))
            .Set($"{architecture}.full_attention_interval", GgufValue.Of(1u))
            .Set($"{architecture}.context_length", GgufValue.Of(512u))
            .Set($"{architecture}.embedding_length", GgufValue.Of(64u))
            .Set($"{architecture}.feed_forward_length", GgufValue.Of(128u))
            .Set($"{architecture}.attention.head_count", GgufValue.Of(2u))
            .Set($"{architecture}.vocab_size", GgufValue.Of(100u))
            .Build(),
        [new TensorInfo("token_embd.weight", TensorType.F32, [64, 100]), new TensorInfo("output_norm.weight", TensorType.F32, [64])]);
}
