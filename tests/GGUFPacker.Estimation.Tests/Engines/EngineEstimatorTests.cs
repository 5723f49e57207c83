using GGUFPacker.Estimation.Engines;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Estimation.Tests.Engines;

public sealed class EngineEstimatorTests
{
    private static readonly EngineArguments Server = EngineArguments.Of(EngineProfile.LlamaServer).Apply(["-c", "2048"]);

    [Fact]
    public void A_model_alone_is_what_the_estimator_says()
    {
        var models = new EngineModels(Llama(4));
        var alone = MemoryEstimator.Estimate(models.Model, Server.Options, Gpus(2));

        var estimate = EngineEstimator.Estimate(models, Server, Gpus(2), PlatformFootprint.None);

        Assert.Equal(alone.Host, estimate.Host);
        Assert.Equal(alone.Devices.AsEnumerable(), estimate.Devices.AsEnumerable());
        Assert.Single(estimate.Parts);
    }

    [Fact]
    public void Parts_add_up_and_the_platform_comes_on_top()
    {
        var models = new EngineModels(Llama(4)) { Drafter = Llama(1), Projector = Projector(), Adapters = [Lora("blk.3.attn_q.weight", "token_embd.weight"), ControlVector(), ControlVector()] };

        var estimate = EngineEstimator.Estimate(models, Server.Apply(["--spec-type", "draft-simple"]), Gpus(2));

        Assert.Equal([EngineRole.Model, EngineRole.Drafter, EngineRole.Projector, EngineRole.Adapter, EngineRole.ControlVector], estimate.Parts.Select(part => part.Role));
        Assert.Equal(estimate.Parts.Sum(part => part.Host.Allocated) + PlatformFootprint.Default.HostBytes, estimate.Host.Total);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(estimate.Parts.Sum(part => part.Devices[i].Allocated) + PlatformFootprint.Default.DeviceBytes, estimate.Devices[i].Total);
        }

        // Drafting makes the server ask for more outputs at once; a draft model alone does not make it draft.
        Assert.Equal(16, estimate.Model.Resolved.Outputs);
        Assert.Equal(4, EngineEstimator.Estimate(models, Server, Gpus(2)).Model.Resolved.Outputs);
        Assert.Equal(2048, estimate.Drafter!.Resolved.ContextSize);
        Assert.Equal(EstimateConfidence.Approximate, estimate.Confidence);
    }

    [Fact]
    public void An_adapter_lies_where_its_matrices_belong()
    {
        var models = new EngineModels(Llama(4)) { Adapters = [Lora("blk.0.attn_q.weight", "token_embd.weight", "output.weight")] };

        var part = EngineEstimator.Estimate(models, Server, Gpus(1)).Parts[1];

        Assert.Equal(2 * 8 * 256 * sizeof(float), part.Host.Weights);
        Assert.Equal(2 * 2 * 8 * 256 * sizeof(float), part.Devices[0].Weights);

        part = EngineEstimator.Estimate(models, Server.Apply(["-ngl", "0"]), Gpus(1)).Parts[1];
        Assert.Equal(0, part.Devices[0].Weights);
    }

    [Fact]
    public void Control_vectors_are_one_vector_for_each_layer_but_the_first()
    {
        var models = new EngineModels(Llama(4)) { Adapters = [ControlVector(), ControlVector()] };

        Assert.Equal(3 * 256 * sizeof(float), EngineEstimator.Estimate(models, Server, Gpus(1)).Parts[1].Devices[0].Weights);
    }

    [Fact]
    public void A_projector_goes_to_the_first_device_unless_told_otherwise()
    {
        var models = new EngineModels(Llama(2)) { Projector = Projector() };

        var there = EngineEstimator.Estimate(models, Server, Gpus(2)).Parts[1];
        var here = EngineEstimator.Estimate(models, Server.Apply(["--no-mmproj-offload"]), Gpus(2)).Parts[1];

        Assert.True(there.Devices[0].Weights > 0 && there.Host.Weights == 0 && there.Devices[1].Allocated == 0);
        Assert.Equal(there.Devices[0].Compute, here.Host.Compute);
        Assert.Equal(EstimateConfidence.Approximate, there.Confidence);
    }

    [Fact]
    public void An_adapter_of_another_model_is_refused()
    {
        var models = new EngineModels(Llama(2)) { Adapters = [Lora("blk.77.attn_q.weight")] };

        Assert.Throws<EstimateException>(() => EngineEstimator.Estimate(models, Server, Gpus(1)));
    }

    internal static ComputeDevice[] Gpus(int count, long memory = 0) => [.. Enumerable.Range(0, count).Select(i => new ComputeDevice($"GPU{i}", ComputeDeviceKind.Cuda, memory))];

    [Fact]
    public void A_drafter_without_embeddings_is_estimated_only_beside_its_target()
    {
        var drafter = Eagle();

        var refused = Assert.Throws<EstimateException>(() => MemoryEstimator.Estimate(drafter, Server.Options, Gpus(1)));
        Assert.Contains("beside the model", refused.Message, StringComparison.Ordinal);

        var part = EngineEstimator.Estimate(new EngineModels(Llama(4)) { Drafter = drafter }, Server, Gpus(1)).Parts[1];
        Assert.Equal(EstimateConfidence.Exact, part.Confidence);
        Assert.InRange(part.Devices[0].Weights, 1, Eagle().Tensors.Sum(tensor => tensor.ByteLength) + 4096);
    }

    [Fact]
    public void A_model_keeps_the_inputs_of_the_layers_that_its_drafter_reads()
    {
        var estimate = EngineEstimator.Estimate(new EngineModels(Llama(4)) { Drafter = Eagle() }, Server, Gpus(1));

        var without = MemoryEstimator.Estimate(Llama(4), estimate.Arguments.Options, Gpus(1));
        var kept = MemoryEstimator.Estimate(Llama(4), estimate.Arguments.Options with { KeptLayerInputs = [1, 2] }, Gpus(1));
        Assert.Equal(kept.Devices[0].Compute, estimate.Model.Devices[0].Compute);
        Assert.True(kept.Devices[0].Compute > without.Devices[0].Compute);
    }

    [Fact]
    public void A_model_that_drafts_for_itself_has_a_second_context()
    {
        var model = new EngineModels(EstimateGolden.HeaderOf("qwen3-5-moe.gguf"));
        var alone = EngineEstimator.Estimate(model, Server, Gpus(1), PlatformFootprint.None);

        var both = EngineEstimator.Estimate(model, Server.Apply(["--spec-type", "draft-mtp", "-ctk", "q8_0"]), Gpus(1), PlatformFootprint.None);

        Assert.Equal([EngineRole.Model, EngineRole.Drafter], both.Parts.Select(part => part.Role));
        Assert.Equal(EstimateConfidence.Exact, both.Confidence);
        Assert.True(both.Model.Devices[0].Weights > alone.Model.Devices[0].Weights);
        Assert.Equal((0, 0), (both.Parts[1].Devices[0].Weights, both.Parts[1].Host.Weights));
        Assert.True(both.Parts[1].Devices[0] is { Cache: > 0, Compute: > 0 });
        Assert.Equal(both.Devices[0].Weights, both.Model.Devices[0].Weights);
        Assert.Equal(both.Model.Resolved.ContextSize, both.Drafter!.Resolved.ContextSize);

        // A draft model with such layers says by itself how it drafts.
        var beside = EngineEstimator.Estimate(model with { Drafter = model.Model }, Server, Gpus(1), PlatformFootprint.None);
        Assert.Equal(both.Parts[1].Devices[0] with { Weights = beside.Parts[1].Devices[0].Weights }, beside.Parts[1].Devices[0]);
        Assert.Equal(both.Model.Devices[0].Weights, beside.Parts[1].Devices[0].Weights);
    }

    [Fact]
    public void A_model_without_such_layers_cannot_draft_for_itself() =>
        Assert.Throws<EstimateException>(() => EngineEstimator.Estimate(new EngineModels(Llama(2)), Server.Apply(["--spec-type", "draft-mtp"]), Gpus(1)));

    [Fact]
    public void A_drafter_made_for_that_is_the_same_in_a_context_for_it()
    {
        var models = new EngineModels(EstimateGolden.HeaderOf("gemma4-target.gguf")) { Drafter = EstimateGolden.HeaderOf("gemma4-assistant.gguf") };

        var part = EngineEstimator.Estimate(models, Server.Apply(["--spec-type", "draft-mtp"]), Gpus(1)).Parts[1];

        Assert.Equal(EngineEstimator.Estimate(models, Server, Gpus(1)).Parts[1].Devices[0], part.Devices[0]);
        Assert.True(part.Devices[0] is { Weights: > 0, Compute: > 0, Cache: 0 });
    }

    [Fact]
    public void Layers_that_llama_cpp_has_no_graph_for_are_not_drafted_with()
    {
        var refused = Assert.Throws<EstimateException>(() => EngineEstimator.Estimate(new EngineModels(EstimateGolden.HeaderOf("exaone-moe-nextn.gguf")), Server.Apply(["--spec-type", "draft-mtp"]), Gpus(1)));

        Assert.Contains("exaone-moe", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Drafting_layers_of_no_known_kind_are_estimated_roughly()
    {
        var known = EstimateGolden.HeaderOf("qwen3-5-moe.gguf");
        var options = Server.Options with { LoadPrediction = true, PredictionContext = true, FlashAttention = FlashAttention.Off };
        var exact = MemoryEstimator.Estimate(known, options, Gpus(1));

        var rough = MemoryEstimator.Estimate(known with { Tensors = [.. known.Tensors.Where(tensor => !tensor.Name.EndsWith("nextn.enorm.weight", StringComparison.Ordinal))] }, options, Gpus(1));

        Assert.Equal((EstimateConfidence.Exact, EstimateConfidence.Approximate), (exact.Confidence, rough.Confidence));
        Assert.Equal(exact.Devices[0].Cache, rough.Devices[0].Cache);
        Assert.InRange(rough.Devices[0].Compute, exact.Devices[0].Compute * 3 / 4, exact.Devices[0].Compute * 4);
    }

    internal static ModelHeader Llama(int layers, int width = 256)
    {
        var (metadata, tensors) = TestModels.Llama(layers, width, 512, TensorType.F16);
        return new ModelHeader(metadata, [.. tensors]);
    }

    private static ModelHeader Eagle() => new(
        new GgufMetadata.Builder()
            .Set("general.architecture", GgufValue.Of("eagle3"))
            .Set("eagle3.block_count", GgufValue.Of(1u))
            .Set("eagle3.context_length", GgufValue.Of(2048u))
            .Set("eagle3.embedding_length", GgufValue.Of(256u))
            .Set("eagle3.feed_forward_length", GgufValue.Of(512u))
            .Set("eagle3.attention.head_count", GgufValue.Of(4u))
            .Set("eagle3.vocab_size", GgufValue.Of(512u))
            .Set("eagle3.target_layers", GgufValue.OfArray<int>([1, 2, 4]))
            .Build(),
        [
            Matrix("fc.weight", 768, 256), Norm("output_norm.weight"), Norm("blk.0.attn_norm.weight"), Norm("blk.0.attn_norm_2.weight"), Norm("blk.0.ffn_norm.weight"),
            Matrix("blk.0.attn_q.weight", 512, 256), Matrix("blk.0.attn_k.weight", 512, 256), Matrix("blk.0.attn_v.weight", 512, 256), Matrix("blk.0.attn_output.weight", 256, 256),
            Matrix("blk.0.ffn_gate.weight", 256, 512), Matrix("blk.0.ffn_up.weight", 256, 512), Matrix("blk.0.ffn_down.weight", 512, 256),
        ]);

    private static TensorInfo Matrix(string name, long columns, long rows) => new(name, TensorType.F16, [columns, rows]);

    private static TensorInfo Norm(string name) => new(name, TensorType.F32, [256]);

    private static ModelHeader Projector() => new(
        new GgufMetadata.Builder().Set("general.architecture", GgufValue.Of("clip")).Set("clip.vision.image_size", GgufValue.Of(224u)).Set("clip.vision.patch_size", GgufValue.Of(14u)).Build(),
        [new TensorInfo("v.patch_embd.weight", TensorType.F16, [14, 14, 3, 64])]);

    private static ModelHeader Lora(params string[] matrices) => new(
        new GgufMetadata.Builder().Set("general.architecture", GgufValue.Of("llama")).Set("general.type", GgufValue.Of("adapter")).Build(),
        [.. matrices.SelectMany(name => new[] { new TensorInfo(name + ".lora_a", TensorType.F32, [256, 8]), new TensorInfo(name + ".lora_b", TensorType.F32, [8, 256]) })]);

    private static ModelHeader ControlVector() => new(
        new GgufMetadata.Builder().Set("general.architecture", GgufValue.Of("controlvector")).Set("controlvector.model_hint", GgufValue.Of("llama")).Build(),
        [new TensorInfo("direction.1", TensorType.F32, [256])]);
}
