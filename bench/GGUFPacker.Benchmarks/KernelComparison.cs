using System.Diagnostics;
using System.Globalization;
using GGUFPacker.Gguf.Quantization;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing.LlamaCpp;

namespace GGUFPacker.Benchmarks;

/// <summary>
/// Runs our row kernels and ggml_quantize_chunk in turns on one thread over the same floats, and prints for each type the speed of both
/// in million weights a second and their ratio. The best of the rounds counts, so that other load on the machine matters little.
/// Types whose name is followed by "+imatrix", and those that need one, get an importance matrix.
/// </summary>
internal static class KernelComparison
{
    // 128 KiB of floats, as the quantizer makes them.
    private const int Columns = 4096;
    private const int Rows = 8;
    private const string Suffix = "+imatrix";
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(40);

    public static void Run(LlamaQuantizer peer, IEnumerable<string> names, int rounds)
    {
        var source = WeightSource.Create(Columns * Rows);
        var matrix = WeightSource.CreateImportance(Columns);
        Console.WriteLine("name               ours Mw/s  peer Mw/s  ratio");
        foreach (var name in names)
        {
            var type = Enum.Parse<TensorType>(name.Replace(Suffix, "", StringComparison.Ordinal));
            var importance = name.EndsWith(Suffix, StringComparison.Ordinal) || RowKernels.Importance(type) == ImportanceUse.Required ? matrix : [];
            var ours = new byte[type.RowBytes(source.Length)];
            var peers = new byte[ours.Length];
            RowKernels.Quantize(type, source, importance, ours);
            peer.Quantize((int)type, source, importance, peers, Columns);
            if (!ours.AsSpan().SequenceEqual(peers))
            {
                throw new InvalidOperationException($"The bytes of {name} differ from the peer's.");
            }

            double best = 0, peersBest = 0;
            for (var round = 0; round < rounds; round++)
            {
                best = Math.Max(best, Speed(() => RowKernels.Quantize(type, source, importance, ours)));
                peersBest = Math.Max(peersBest, Speed(() => peer.Quantize((int)type, source, importance, peers, Columns)));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-16} {best,11:f1} {peersBest,10:f1} {best / peersBest,6:f2}"));
        }
    }

    // The best of the calls that fit into the slice.
    private static double Speed(Action quantize)
    {
        var best = TimeSpan.MaxValue;
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Slice;)
        {
            var callStart = Stopwatch.GetTimestamp();
            quantize();
            var elapsed = Stopwatch.GetElapsedTime(callStart);
            best = elapsed < best ? elapsed : best;
        }

        return Rows * Columns / best.TotalSeconds / 1e6;
    }
}
