using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Model;
using GGUFPacker.Gguf.Quantization.Policy;
using GGUFPacker.Testing.LlamaCpp;

namespace GGUFPacker.Benchmarks;

/// <summary>
/// Quantizes a whole F16 file with our quantizer and with llama_model_quantize in turns, checks that the files are the same, and prints for each
/// quantize type the seconds of both and their ratio. The best of the rounds counts.
/// </summary>
internal static class FileComparison
{
    public static async Task RunAsync(LlamaQuantizer peer, string folder, IEnumerable<string> types, int layers, int threads, int rounds)
    {
        Directory.CreateDirectory(folder);
        var input = Path.Combine(folder, $"tiny-llama-{layers}.F16.gguf");
        using var model = new SyntheticModel(layers);
        await GgufModelWriter.WriteFileAsync(model, input);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{model.Weights / 1e6:f0} million weights, {threads} thread(s)"));
        Console.WriteLine("name       ours s   peer s  ratio");
        foreach (var name in types)
        {
            var type = QuantizeType.Parse(name);
            var ours = Path.Combine(folder, "ours.gguf");
            var peers = Path.Combine(folder, "peer.gguf");
            double best = double.MaxValue, peersBest = double.MaxValue;
            for (var round = 0; round < rounds; round++)
            {
                var start = Stopwatch.GetTimestamp();
                await QuantizeAsync(input, ours, type, threads);
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);

                start = Stopwatch.GetTimestamp();
                peer.QuantizeFile(input, peers, (int)type.FileType, threads);
                peersBest = Math.Min(peersBest, Stopwatch.GetElapsedTime(start).TotalSeconds);
                await RequireSameAsync(ours, peers);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-8} {best,8:f2} {peersBest,8:f2} {peersBest / best,6:f2}"));
        }
    }

    private static async Task QuantizeAsync(string input, string output, QuantizeType type, int threads)
    {
        using var source = await GgufFile.OpenAsync(input);
        using var quantized = QuantizedModel.Create(source, new QuantizeOptions { Type = type });
        await GgufModelWriter.WriteFileAsync(quantized, output, new GgufWriteOptions { Threads = threads });
    }

    private static async Task RequireSameAsync(string ours, string peers)
    {
        await using var first = File.OpenRead(ours);
        await using var second = File.OpenRead(peers);
        var firstHash = await SHA256.HashDataAsync(first);
        var secondHash = await SHA256.HashDataAsync(second);
        if (!firstHash.AsSpan().SequenceEqual(secondHash))
        {
            throw new InvalidOperationException($"'{ours}' and '{peers}' differ.");
        }
    }
}
