using System.IO.Compression;
using GGUFPacker.Estimation.Graphs;
using GGUFPacker.Testing;
using GGUFPacker.Testing.LlamaCpp;

namespace GGUFPacker.Estimation.Tests;

/// <summary>The compute buffers of the real llama.cpp on this machine's CPU, for all small models of families whose graph is known.</summary>
[Trait("Category", "RealParts")]
public sealed class RealComputeTests : IDisposable
{
    // Larger models would take the machine's memory for weights that are not asked for here.
    private const long Small = 64 << 20;

    private readonly TemporaryDirectory _folder = new();

    public static IEnumerable<ITheoryDataRow> Models() => GoldenRows.Of(Goldens.Files("estimate/headers", "*.header.gz").Select(path => Path.GetFileName(path)));

    [Theory]
    [GoldenData(nameof(Models))]
    public void Graphs_take_what_the_real_library_allocates(string name)
    {
        LlamaLibrary.RequireOrSkip();
        var header = EstimateGolden.HeaderOf(name[..^".header.gz".Length]);
        var architecture = header.Metadata.GetString("general.architecture")!;
        Assert.SkipWhen(GraphTemplates.Find(architecture) is null, $"The graph of {architecture} is not known.");
        var size = header.Tensors.Sum(tensor => tensor.ByteLength + 64);
        Assert.SkipWhen(size > Small, "The model is large.");
        var path = Inflate(name, size);
        var compared = 0;
        foreach (var (context, microBatch, sequences, unified, flash) in new[] { (512, 512, 1, false, true), (1024, 128, 1, false, false), (768, 64, 3, false, true), (512, 33, 4, true, false) })
        {
            var options = new EstimateOptions
            {
                ContextSize = context,
                MicroBatchSize = microBatch,
                Sequences = sequences,
                UnifiedCache = unified,
                FlashAttention = flash ? FlashAttention.On : FlashAttention.Off,
                MemoryMap = false,
            };
            MemoryEstimate estimate;
            try
            {
                estimate = MemoryEstimator.Estimate(header, options, []);
            }
            catch (EstimateException)
            {
                // The real library refuses these options, or the model alone, or ends by an assertion.
                continue;
            }

            compared++;
            Assert.Equal(EstimateConfidence.Exact, estimate.Confidence);
            Assert.Equal(LlamaMemory.ComputeMebibytes(path, context, microBatch, sequences, unified, flash), LlamaMemory.Mebibytes(estimate.Host.Compute));
        }

        Assert.SkipWhen(compared == 0, $"A model of architecture {architecture} is not loaded alone.");
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A file with the header and zeros for the tensors: they are loaded, and nothing is computed with them.</summary>
    private string Inflate(string name, long tensorBytes)
    {
        var path = _folder["model.gguf"];
        using var file = File.Create(path);
        using var source = new GZipStream(File.OpenRead(Goldens.Path("estimate", "headers", name)), CompressionMode.Decompress);
        source.CopyTo(file);
        file.SetLength(file.Length + tensorBytes + 4096);
        return path;
    }
}
