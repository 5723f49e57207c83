using BenchmarkDotNet.Attributes;
using GGUFPacker.Gguf.Quantization;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Benchmarks;

/// <summary>Each kernel at each width, on 32768 numbers. The widths are ordered in <see cref="RowKernels"/> by what this measures.</summary>
public class QuantizeKernels
{
    private const int Count = 32768;
    private readonly float[] _source = WeightSource.Create(Count);
    private byte[] _destination = [];

    [Params(TensorType.F16, TensorType.BF16, TensorType.Q8_0, TensorType.Q4_0, TensorType.Q4_1, TensorType.Q5_0, TensorType.Q5_1, TensorType.Q1_0, TensorType.Q2_0, TensorType.Q2_K, TensorType.Q3_K, TensorType.Q4_K, TensorType.Q5_K, TensorType.Q6_K, TensorType.TQ1_0, TensorType.TQ2_0)]
    public TensorType Type { get; set; }

    [GlobalSetup]
    public void Setup() => _destination = new byte[Type.RowBytes(Count)];

    [Benchmark(Baseline = true, OperationsPerInvoke = Count)]
    public void Scalar() => RowKernels.Quantize(Type, _source, [], _destination, KernelWidth.Scalar);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Vector128() => RowKernels.Quantize(Type, _source, [], _destination, KernelWidth.Vector128);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Vector256() => RowKernels.Quantize(Type, _source, [], _destination, KernelWidth.Vector256);

    [Benchmark(OperationsPerInvoke = Count)]
    public void Vector512() => RowKernels.Quantize(Type, _source, [], _destination, KernelWidth.Vector512);
}
