using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Estimation.Tests;

/// <summary>Headers that lie: numbers changed, tensors of other shapes or left out. An estimate may refuse them, and do nothing else.</summary>
public class HostileHeaderTests
{
    private const int TriesPerModel = 60;

    private static readonly ComputeDevice[] OneDevice = [new ComputeDevice("GPU0", ComputeDeviceKind.Cuda, 1L << 30)];

    private static readonly uint[] BadNumbers = [0, 1, 3, 7, 255, 65537, 1u << 20, int.MaxValue, uint.MaxValue];

    public static IEnumerable<ITheoryDataRow> Models() => GoldenRows.Of(EstimateGolden.Models);

    [Theory]
    [GoldenData(nameof(Models))]
    public void A_header_that_lies_is_estimated_or_refused(string model)
    {
        var header = EstimateGolden.HeaderOf(model);
        var random = new Random(model.Length);
        var predicts = header.Tensors.Any(tensor => tensor.Name.EndsWith("nextn.eh_proj.weight", StringComparison.Ordinal));
        for (var i = 0; i < TriesPerModel; i++)
        {
            var hostile = random.Next(3) switch
            {
                0 => WithNumber(header, random),
                1 => WithShape(header, random),
                _ => WithoutTensor(header, random),
            };
            try
            {
                var options = EngineProfile.LlamaServer.Defaults with { ContextSize = 1024, LoadPrediction = predicts, PredictionContext = predicts && i % 3 == 0 };
                var estimate = MemoryEstimator.Estimate(hostile, options, i % 2 == 0 ? [] : OneDevice);
                Assert.All(estimate.Buffers, buffer => Assert.True(buffer.Weights >= 0 && buffer.Cache >= 0 && buffer.Compute >= 0));
            }
            catch (EstimateException)
            {
            }
        }
    }

    private static ModelHeader WithNumber(ModelHeader header, Random random)
    {
        var numbers = header.Metadata.Where(entry => entry.Value.Type is GgufValueType.UInt32 or GgufValueType.Int32 && !entry.Key.StartsWith("general", StringComparison.Ordinal)).ToArray();
        var key = numbers[random.Next(numbers.Length)].Key;
        return header with { Metadata = header.Metadata.ToBuilder().Set(key, GgufValue.Of(BadNumbers[random.Next(BadNumbers.Length)])).Build() };
    }

    private static ModelHeader WithShape(ModelHeader header, Random random)
    {
        var index = random.Next(header.Tensors.Length);
        var tensor = header.Tensors[index];
        var length = tensor.Type.BlockLength * random.NextInt64(1, 100);
        return header with { Tensors = header.Tensors.SetItem(index, new TensorInfo(tensor.Name, tensor.Type, random.Next(2) == 0 ? [length] : [length, random.NextInt64(1, 1 << 20)])) };
    }

    private static ModelHeader WithoutTensor(ModelHeader header, Random random) => header with { Tensors = header.Tensors.RemoveAt(random.Next(header.Tensors.Length)) };
}
