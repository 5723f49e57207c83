using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace GGUFPacker.Testing.LlamaCpp;

/// <summary>What the real llama.cpp allocates for a context on the CPU, as far as it says so.</summary>
public static partial class LlamaMemory
{
    private static readonly Lock Gate = new();

    /// <summary>The size of the compute buffers, in MiB with four digits: so the library writes it when a context ends.</summary>
    /// <param name="path">The model; its tensors are loaded, but never computed with.</param>
    /// <param name="context">Tokens of context.</param>
    /// <param name="microBatch">Tokens of a physical batch.</param>
    /// <param name="sequences">Sequences that run in parallel.</param>
    /// <param name="unified">Whether they share one cache.</param>
    /// <param name="flashAttention">Whether the fused attention is used.</param>
    public static string ComputeMebibytes(string path, int context, int microBatch, int sequences, bool unified, bool flashAttention)
    {
        lock (Gate)
        {
            LlamaLibrary.TakeErrors();
            var model = LlamaLibrary.LoadModel(path, LlamaLibrary.DefaultModelParameters());
            Assert.True(model != 0, $"llama.cpp cannot load {path}: {LlamaLibrary.TakeErrors()}");
            try
            {
                var parameters = LlamaLibrary.DefaultContextParameters();
                (parameters.ContextSize, parameters.MicroBatchSize, parameters.MaxSequences) = ((uint)context, (uint)microBatch, (uint)sequences);
                parameters.UnifiedCache = unified ? (byte)1 : (byte)0;
                parameters.FullSlidingWindow = 0;
                parameters.FlashAttentionType = flashAttention ? 1 : 0;
                var handle = LlamaLibrary.CreateContext(model, parameters);
                Assert.True(handle != 0, $"llama.cpp cannot create a context: {LlamaLibrary.TakeErrors()}");
                LlamaLibrary.TakeDetails();
                LlamaLibrary.FreeContext(handle);
                var match = Size().Match(LlamaLibrary.TakeDetails());
                Assert.True(match.Success, "llama.cpp says nothing of its compute buffer.");
                return match.Groups[1].Value;
            }
            finally
            {
                LlamaLibrary.FreeModel(model);
            }
        }
    }

    /// <summary>Bytes as the library writes them.</summary>
    public static string Mebibytes(long bytes) => (bytes / (1024.0 * 1024.0)).ToString("F4", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"CPU compute buffer size is +([0-9.]+) MiB")]
    private static partial Regex Size();
}
