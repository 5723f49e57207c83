using GGUFPacker.Estimation.Models;
using GGUFPacker.Estimation.Placements;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Tests.Placements;

public class PlacementPlannerTests
{
    private static readonly ComputeDevice Gpu = new("GPU", ComputeDeviceKind.Cuda, 8L << 30);
    private static readonly ComputeDevice Remote = new("REMOTE", ComputeDeviceKind.Rpc, 8L << 30);

    [Fact]
    public void Devices_of_other_machines_get_the_first_layers()
    {
        var placement = Plan(new EstimateOptions(), Gpu, Remote);
        Assert.Equal(["REMOTE", "GPU"], placement.Devices.Select(device => device.Device.Name));
        Assert.Equal([1, 0], placement.Devices.Select(device => device.Index));
        Assert.Equal([0, 0, 0, 1], placement.LayerDevices);
        Assert.Equal(1, placement.OutputDevice);
    }

    [Theory]
    [InlineData(0, "-1 -1 -1 -1 -1")]
    [InlineData(1, "-1 -1 -1 -1 0")]
    [InlineData(3, "-1 -1 0 0 0")]
    [InlineData(5, "0 0 0 0 0")]
    [InlineData(99, "0 0 0 0 0")]
    [InlineData(-1, "0 0 0 0 0")]
    public void The_last_layers_go_to_the_device_first_and_the_output_counts_as_one(int layers, string expected)
    {
        var placement = Plan(new EstimateOptions { DeviceLayers = layers }, Gpu);
        Assert.Equal(expected, string.Join(' ', placement.LayerDevices.Append(placement.OutputDevice)));
    }

    [Fact]
    public void A_tied_output_is_there_once_more_where_the_output_is()
    {
        var placement = Plan(new EstimateOptions { MemoryMap = false }, Gpu);
        Assert.Equal((BufferKind.PinnedHost, Placement.Host), BufferOf(placement.Find("token_embd.weight")!));
        Assert.Equal((BufferKind.Device, 0), BufferOf(placement.Output!));
        Assert.True(placement.Output!.IsCopy);
        Assert.False(Plan(new EstimateOptions()).Output!.IsCopy);
    }

    [Fact]
    public void Rotation_factors_are_there_once_for_each_place_that_has_layers()
    {
        var placement = Plan(new EstimateOptions { DeviceLayers = 3 }, Gpu);
        Assert.Equal([Placement.Host, 0], placement.Weights.Where(weight => weight.Tensor.Name == "rope_freqs.weight").Select(weight => weight.Device));
    }

    [Fact]
    public void Repacked_matrices_have_whole_groups_of_rows_and_a_type_with_such_kernels()
    {
        var placement = Plan(new EstimateOptions());
        Assert.Equal(BufferKind.Repacked, placement.Find("blk.0.attn_q.weight")!.Buffer);
        Assert.Equal(BufferKind.Host, placement.Find("blk.1.attn_q.weight")!.Buffer);
        Assert.Equal(BufferKind.Host, placement.Find("token_embd.weight")!.Buffer);
        Assert.All(Plan(new EstimateOptions { RepackWeights = false }).Weights, weight => Assert.Equal(BufferKind.Host, weight.Buffer));
    }

    [Fact]
    public void The_first_override_that_matches_counts()
    {
        var overrides = new[] { new TensorOverride(@"blk\.3\..*", null), new TensorOverride("attn_q", 0) };
        var placement = Plan(new EstimateOptions { DeviceLayers = 1, TensorOverrides = [.. overrides] }, Gpu);
        Assert.Equal(0, placement.Find("blk.0.attn_q.weight")!.Device);
        Assert.Equal(Placement.Host, placement.Find("blk.3.attn_q.weight")!.Device);
        Assert.True(placement.HasOverrides);
    }

    [Fact]
    public void What_llama_cpp_refuses_is_refused()
    {
        Assert.Throws<EstimateException>(() => Plan(new EstimateOptions { SplitMode = SplitMode.None, MainDevice = 1 }, Gpu));
        Assert.Throws<EstimateException>(() => Plan(new EstimateOptions { TensorSplit = [1] }, Gpu, Remote));
        Assert.Throws<EstimateException>(() => Plan(new EstimateOptions { TensorOverrides = [new TensorOverride("(", null)] }, Gpu));
        Assert.Throws<EstimateException>(() => Plan(new EstimateOptions { TensorOverrides = [new TensorOverride("attn", 4)] }, Gpu));
    }

    private static (BufferKind Kind, int Device) BufferOf(PlacedWeight weight) => (weight.Buffer, weight.Device);

    private static Placement Plan(EstimateOptions options, params ComputeDevice[] devices) => PlacementPlanner.Plan(ModelShapeReader.Read(Model()), options, devices);

    private static ModelHeader Model() => new(
        new GgufMetadata.Builder()
            .Set("general.architecture", GgufValue.Of("llama"))
            .Set("llama.block_count", GgufValue.Of(4u))
            .Set("llama.context_length", GgufValue.Of(512u))
            .Set("llama.embedding_length", GgufValue.Of(256u))
            .Set("llama.attention.head_count", GgufValue.Of(4u))
            .Set("llama.vocab_size", GgufValue.Of(100u))
            .Build(),
        [
            new TensorInfo("token_embd.weight", TensorType.F16, [256, 100]),
            new TensorInfo("rope_freqs.weight", TensorType.F32, [32]),
            new TensorInfo("blk.0.attn_q.weight", TensorType.Q4_K, [256, 256]),
            new TensorInfo("blk.1.attn_q.weight", TensorType.Q4_K, [256, 252]),
            new TensorInfo("blk.3.attn_q.weight", TensorType.Q6_K, [256, 256]),
            new TensorInfo("output_norm.weight", TensorType.F32, [256]),
        ]);
}
