using System.IO.Compression;
using BenchmarkDotNet.Attributes;
using GGUFPacker.Estimation;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Testing;

namespace GGUFPacker.Benchmarks;

/// <summary>Headers and estimates of a large model (48 layers of experts) and a small one, on the CPU alone and over two devices.</summary>
[MemoryDiagnoser]
public class Estimates
{
    private const long DeviceBytes = 24L << 30;
    private static readonly ComputeDevice[] TwoDevices = [new("GPU0", ComputeDeviceKind.Cuda, DeviceBytes), new("GPU1", ComputeDeviceKind.Cuda, DeviceBytes)];
    private static readonly EstimateOptions Options = new() { ContextSize = 8192, DeviceLayers = 99 };

    private byte[] _bytes = [];
    private ModelHeader _header = null!;

    [Params("Qwen3-30B-A3B-Q4_K_M", "Llama-3.2-1B-Q8_0")]
    public string Model { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        using var file = new GZipStream(File.OpenRead(Goldens.InRepository("estimate", "headers", Model + ".gguf.header.gz")), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        _bytes = bytes.ToArray();
        var header = Header();
        _header = new ModelHeader(header.Metadata, header.Tensors);
    }

    [Benchmark]
    public GgufHeader Header() => GgufHeader.Read(new MemoryStream(_bytes), Model);

    [Benchmark]
    public MemoryEstimate OnTheCpu() => MemoryEstimator.Estimate(_header, Options, []);

    [Benchmark]
    public MemoryEstimate OverTwoDevices() => MemoryEstimator.Estimate(_header, Options, TwoDevices);
}
