using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Importance;
using GGUFPacker.Gguf.Quantization.Model;
using GGUFPacker.Gguf.Quantization.Policy;
using GGUFPacker.Testing.LlamaCpp;

namespace GGUFPacker.Benchmarks;

/// <summary>
/// Quantizes a whole F16 file with our quantizer and with llama_model_quantize in turns, checks that the tensors' bytes are the same, and prints for each
/// quantize type the seconds of both and their ratio, and the same for processor time, which other load on the machine disturbs less. The best of the rounds counts. Types whose name is followed by "+imatrix" get an importance matrix.
/// </summary>
internal static class FileComparison
{
    private const string Suffix = "+imatrix";

    public static async Task RunAsync(LlamaQuantizer peer, string folder, IEnumerable<string> types, int layers, int threads, int rounds)
    {
        Directory.CreateDirectory(folder);
        var input = Path.Combine(folder, $"tiny-llama-{layers}.F16.gguf");
        using var model = new SyntheticModel(layers);
        await GgufModelWriter.WriteFileAsync(model, input);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{model.Weights / 1e6:f0} million weights, {threads} thread(s)"));
        Console.WriteLine("name               ours s   peer s  ratio  ours cpu s  peer cpu s  ratio");
        var matrix = SyntheticImatrix.Create(model);
        var matrixFile = Path.Combine(folder, "imatrix.gguf");
        await SyntheticImatrix.WriteAsync(matrix, matrixFile);
        foreach (var name in types)
        {
            var type = QuantizeType.Parse(name.Replace(Suffix, "", StringComparison.Ordinal));
            var isWeighted = name.EndsWith(Suffix, StringComparison.Ordinal);
            var options = new QuantizeOptions { Type = type, Imatrix = isWeighted ? new ImatrixOptions { Path = matrixFile } : null };
            var ours = Path.Combine(folder, "ours.gguf");
            var peers = Path.Combine(folder, "peer.gguf");
            var best = Cost.Highest;
            var peersBest = Cost.Highest;
            for (var round = 0; round < rounds; round++)
            {
                var start = Cost.Now;
                await QuantizeAsync(input, ours, options, threads);
                best = best.Least(Cost.Now.Since(start));

                start = Cost.Now;
                peer.QuantizeFile(input, peers, (int)type.FileType, threads, isWeighted ? matrix : null);
                peersBest = peersBest.Least(Cost.Now.Since(start));
                await RequireSameAsync(ours, peers);
            }

            var wall = string.Create(CultureInfo.InvariantCulture, $"{best.Wall,8:f2} {peersBest.Wall,8:f2} {peersBest.Wall / best.Wall,6:f2}");
            var processor = string.Create(CultureInfo.InvariantCulture, $"{best.Processor,11:f2} {peersBest.Processor,11:f2} {peersBest.Processor / best.Processor,6:f2}");
            Console.WriteLine($"{name,-16} {wall} {processor}");
        }
    }

    private static async Task QuantizeAsync(string input, string output, QuantizeOptions options, int threads)
    {
        using var source = await GgufFile.OpenAsync(input);
        using var quantized = QuantizedModel.Create(source, options);
        await GgufModelWriter.WriteFileAsync(quantized, output, new GgufWriteOptions { Threads = threads });
    }

    // The keys before the tensors differ: only the program records where an importance matrix came from.
    private static async Task RequireSameAsync(string ours, string peers)
    {
        var hash = await HashAsync(ours);
        var peersHash = await HashAsync(peers);
        if (!hash.AsSpan().SequenceEqual(peersHash))
        {
            throw new InvalidOperationException($"The tensors of '{ours}' and '{peers}' differ.");
        }
    }

    private static async Task<byte[]> HashAsync(string path)
    {
        long start;
        using (var file = await GgufFile.OpenAsync(path))
        {
            start = file.DataOffset;
        }

        await using var data = File.OpenRead(path);
        data.Position = start;
        return await SHA256.HashDataAsync(data);
    }

    /// <summary>Seconds: by the clock, and of all threads.</summary>
    private readonly record struct Cost(double Wall, double Processor)
    {
        public static Cost Highest => new(double.MaxValue, double.MaxValue);

        public static Cost Now => new(Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency, Environment.CpuUsage.TotalTime.TotalSeconds);

        public Cost Since(Cost start) => new(Wall - start.Wall, Processor - start.Processor);

        public Cost Least(Cost other) => new(Math.Min(Wall, other.Wall), Math.Min(Processor, other.Processor));
    }
}
