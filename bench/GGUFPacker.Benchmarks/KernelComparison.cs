using System.Diagnostics;
using System.Globalization;
using GGUFPacker.Gguf.Quantization;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Benchmarks;

/// <summary>
/// Runs our row kernels and ggml_quantize_chunk in turns on one thread over the same floats, and prints for each type the speed of both
/// in million weights a second and their ratio. The best of the rounds counts, so that other load on the machine matters little.
/// Types are named as in the enumeration; with "+imatrix" behind them they get an importance matrix, as do those that need one.
/// </summary>
internal static class KernelComparison
{
    private const int Columns = 4096;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(40);

    public static void Run(LlamaLibrary peer, IEnumerable<string> names, int rounds)
    {
        var source = WeightSource.Create(Columns * 64);
        var matrix = Array.ConvertAll(WeightSource.Create(Columns), weight => (weight * weight) + 1e-5f);
        Console.WriteLine("name               ours Mw/s  peer Mw/s  ratio");
        foreach (var name in names)
        {
            var type = Enum.Parse<TensorType>(name.Split('+')[0]);
            var importance = name.EndsWith("+imatrix", StringComparison.Ordinal) || RowKernels.Importance(type) == ImportanceUse.Required ? matrix : [];
            var ours = new byte[type.RowBytes(source.Length)];
            var peers = new byte[ours.Length];
            RowKernels.Quantize(type, source, importance, ours);
            peer.Quantize((int)type, source, importance, peers, Columns);
            if (!ours.AsSpan().SequenceEqual(peers))
            {
                throw new InvalidOperationException($"The bytes of {type} differ from the peer's.");
            }

            double best = 0, peersBest = 0;
            for (var round = 0; round < rounds; round++)
            {
                best = Math.Max(best, Speed(rows => RowKernels.Quantize(type, source.AsSpan(0, rows * Columns), importance, ours.AsSpan(0, (int)type.RowBytes(rows * Columns)))));
                peersBest = Math.Max(peersBest, Speed(rows => peer.Quantize((int)type, source.AsSpan(0, rows * Columns), importance, peers, Columns)));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-16} {best,11:f1} {peersBest,10:f1} {best / peersBest,6:f2}"));
        }
    }

    // The best of the calls with eight rows (128 KiB of floats, as the quantizer makes them) that fit into the slice.
    private static double Speed(Action<int> quantize)
    {
        const int rows = 8;
        var best = TimeSpan.MaxValue;
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Slice;)
        {
            var callStart = Stopwatch.GetTimestamp();
            quantize(rows);
            var elapsed = Stopwatch.GetElapsedTime(callStart);
            best = elapsed < best ? elapsed : best;
        }

        return rows * Columns / best.TotalSeconds / 1e6;
    }
}
