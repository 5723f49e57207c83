using GGUFPacker.Estimation.Engines;
using GGUFPacker.Estimation.Reports;
using GGUFPacker.Estimation.Tests.Engines;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Tests.Reports;

public sealed class SpeedBoundTests
{
    private static readonly ComputeDevice[] Devices = [new("CPU", ComputeDeviceKind.Cpu, 0) { BytesPerSecond = 50e9 }, new("GPU0", ComputeDeviceKind.Cuda, 0) { BytesPerSecond = 500e9 }];

    [Fact]
    public void A_token_reads_weights_and_cache_once()
    {
        var model = EngineEstimatorTests.Llama(4);
        var estimate = Estimate(model, Devices);

        // Of the embedding, which alone lies on the host, one row is read.
        var bytes = estimate.Devices[0].Weights + estimate.Devices[0].Cache;
        Assert.Equal(500e9 / bytes, SpeedBound.Of(model, estimate)!.Value, 500e9 / bytes * 1e-9);
    }

    [Fact]
    public void Layers_on_the_host_are_slower()
    {
        var model = EngineEstimatorTests.Llama(4);

        Assert.True(SpeedBound.Of(model, Estimate(model, Devices, "-ngl", "2")) < SpeedBound.Of(model, Estimate(model, Devices)));
    }

    [Fact]
    public void Experts_that_are_not_used_are_not_read()
    {
        var model = EngineEstimatorTests.Llama(4);
        var experts = model with
        {
            Metadata = model.Metadata.ToBuilder().Set("llama.expert_count", GgufValue.Of(8u)).Set("llama.expert_used_count", GgufValue.Of(2u)).Build(),
            Tensors = [.. model.Tensors.Select(tensor => tensor.Name.Contains("ffn_up", StringComparison.Ordinal) ? new TensorInfo(tensor.Name.Replace("ffn_up", "ffn_up_exps", StringComparison.Ordinal), tensor.Type, tensor.Shape) : tensor)],
        };
        var estimate = Estimate(model, Devices);

        Assert.True(SpeedBound.Of(experts, estimate) > SpeedBound.Of(model, estimate));
    }

    [Fact]
    public void Without_bandwidths_there_is_no_bound()
    {
        var model = EngineEstimatorTests.Llama(4);

        Assert.Null(SpeedBound.Of(model, Estimate(model, EngineEstimatorTests.Gpus(1))));
    }

    private static EngineEstimate Estimate(ModelHeader model, ComputeDevice[] devices, params string[] arguments) =>
        EngineEstimator.Estimate(new EngineModels(model), EngineArguments.Of(EngineProfile.LlamaServer).Apply(["-c", "1024", .. arguments]), devices);
}
