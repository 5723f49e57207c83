using GGUFPacker.Estimation.Models;
using GGUFPacker.Estimation.Placements;
using GGUFPacker.Testing;

namespace GGUFPacker.Estimation.Tests;

public class EstimatePropertyTests
{
    private static readonly ComputeDevice[] NoDevice = [];
    private static readonly ComputeDevice[] TwoDevices =
    [
        new ComputeDevice("GPU0", ComputeDeviceKind.Cuda, 24L << 30),
        new ComputeDevice("GPU1", ComputeDeviceKind.Cuda, 12L << 30),
    ];

    // What llama.cpp itself does not do: its allocator sometimes finds better places in a larger graph.
    private static readonly Dictionary<string, string> NotMonotonic = new(StringComparer.Ordinal)
    {
        ["deepseek32-heads.gguf"] = "The real one takes 10580000 bytes to compute with 512 tokens of context, and 9334816 with 1024.",
        ["dflash-kv.gguf"] = "The real one takes 3377152 bytes to compute with 512 tokens of context, and 2902016 with 1024.",
        ["dspark-big.gguf"] = "Its Markov head, which needs memory, is used with batches of 64 tokens, 16 of each sequence as it was trained, and is not with larger ones.",
        ["dspark4-noemb.gguf"] = "The real one takes 11542528 bytes to compute with four sequences, and 11018240 with eight.",
        ["granitehybrid-dense.gguf"] = "The real one takes 10551360 bytes to compute with 512 tokens of context, and 9502784 with 1024.",
    };

    // By architecture.
    private static readonly Dictionary<string, string> NotMonotonicInSequences = new(StringComparer.Ordinal)
    {
        ["minimax-m3"] = "Its sparse attention, which needs memory, is used with one sequence, and is not with several that share a cache.",
    };

    public static IEnumerable<ITheoryDataRow> Models() => GoldenRows.Of(EstimateGolden.Models);

    [Theory]
    [GoldenData(nameof(Models))]
    public void More_context_takes_no_less(string model) =>
        AssertGrows(model, [256, 512, 1024, 4096, 16384, 65536], size => EngineProfile.LlamaServer.Defaults with { ContextSize = size });

    [Theory]
    [GoldenData(nameof(Models))]
    public void Larger_batches_take_no_less(string model) =>
        AssertGrows(model, [32, 64, 128, 512, 1024, 2048], size => EngineProfile.LlamaServer.Defaults with { ContextSize = 4096, MicroBatchSize = size });

    [Theory]
    [GoldenData(nameof(Models))]
    public void More_sequences_of_the_same_length_take_no_less(string model)
    {
        var architecture = EstimateGolden.HeaderOf(model).Metadata.GetString("general.architecture") ?? "";
        Assert.SkipWhen(NotMonotonicInSequences.TryGetValue(architecture, out var reason), reason ?? "");
        AssertGrows(model, [1, 2, 4, 8], size => EngineProfile.LlamaServer.Defaults with { ContextSize = 2048 * size, Sequences = size, Outputs = size });
    }

    [Theory]
    [GoldenData(nameof(Models))]
    public void Weights_are_the_file_s_tensors_each_once_besides_copies(string model)
    {
        var shape = ModelShapeReader.Read(EstimateGolden.HeaderOf(model));
        foreach (var devices in new[] { NoDevice, TwoDevices })
        {
            for (var layers = -1; layers <= shape.Layers + 1; layers += 2)
            {
                var options = new EstimateOptions { ContextSize = 512, DeviceLayers = layers, TensorOverrides = [new TensorOverride("ffn_(up|down)", null)] };
                var placement = PlacementPlanner.Plan(shape, options, devices);
                var placed = placement.Weights.Where(weight => !weight.IsCopy).Select(weight => weight.Tensor).ToArray();
                Assert.Equal(placed.Length, placed.Distinct().Count());
                Assert.Equal(
                    shape.Header.Tensors.Where(tensor => IsLoaded(shape, tensor.Name)).Sum(tensor => tensor.ByteLength),
                    placed.Sum(tensor => tensor.ByteLength));
            }
        }
    }

    // Layers that predict further tokens stay in the file.
    private static bool IsLoaded(ModelShape shape, string name) =>
        !Architectures.SkipsPrediction(shape.Architecture) || PredictionTensors.IsLoaded(name, shape.Architecture)
        || !Enumerable.Range(shape.TrunkLayers, shape.PredictionLayers).Any(layer => name.StartsWith($"blk.{layer}.", StringComparison.Ordinal));

    private static void AssertGrows(string model, int[] sizes, Func<int, EstimateOptions> options)
    {
        Assert.SkipWhen(NotMonotonic.TryGetValue(model, out var reason), reason ?? "");
        var header = EstimateGolden.HeaderOf(model);

        // llama.cpp's PLM works without the fused attention alone.
        var flash = header.Metadata.GetString("general.architecture") == "plm" ? FlashAttention.Off : FlashAttention.Auto;
        foreach (var devices in new[] { NoDevice, TwoDevices })
        {
            var totals = sizes.Select(size => MemoryEstimator.Estimate(header, options(size) with { Target = EstimateGolden.TargetOf(model), FlashAttention = flash }, devices)).Select(estimate => estimate.Host.Allocated + estimate.Devices.Sum(device => device.Allocated)).ToArray();
            Assert.Equal(totals.Order(), totals);
        }
    }
}
