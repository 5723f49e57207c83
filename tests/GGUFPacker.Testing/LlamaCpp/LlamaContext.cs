using Xunit;

namespace GGUFPacker.Testing.LlamaCpp;

/// <summary>A context of one thread, for one sequence.</summary>
internal sealed unsafe class LlamaContext : IDisposable
{
    private readonly LlamaModel _model;

    public LlamaContext(LlamaModel model, int size)
    {
        _model = model;
        var parameters = LlamaLibrary.DefaultContextParameters();
        (parameters.ContextSize, parameters.BatchSize, parameters.MicroBatchSize) = ((uint)size, (uint)size, (uint)size);
        (parameters.Threads, parameters.BatchThreads) = (1, 1);
        Handle = LlamaLibrary.CreateContext(model.Handle, parameters);
        Assert.True(Handle != 0, $"llama.cpp cannot create a context: {LlamaLibrary.TakeErrors()}");
    }

    public nint Handle { get; }

    public void Clear() => LlamaLibrary.ClearMemory(LlamaLibrary.GetMemory(Handle), data: 1);

    public void Decode(int[] tokens, bool everyOutput)
    {
        var outputs = new byte[tokens.Length];
        outputs.AsSpan().Fill(1);
        fixed (int* tokenPointer = tokens)
        fixed (byte* outputPointer = outputs)
        {
            var batch = new LlamaBatch { TokenCount = tokens.Length, Tokens = (nint)tokenPointer, Outputs = everyOutput ? (nint)outputPointer : 0 };
            AssertNone(LlamaLibrary.Decode(Handle, batch), "decode");
        }
    }

    public void Encode(int[] tokens)
    {
        fixed (int* tokenPointer = tokens)
        {
            AssertNone(LlamaLibrary.Encode(Handle, new LlamaBatch { TokenCount = tokens.Length, Tokens = (nint)tokenPointer }), "encode");
        }
    }

    public ReadOnlySpan<float> Logits(int index)
    {
        var logits = LlamaLibrary.GetLogits(Handle, index);
        Assert.True(logits is not null, "There are no logits.");
        return new ReadOnlySpan<float>(logits, _model.VocabularySize);
    }

    public int LikeliestToken()
    {
        var logits = Logits(-1);
        var best = 0;
        for (var token = 1; token < logits.Length; token++)
        {
            best = logits[token] > logits[best] ? token : best;
        }

        return best;
    }

    public void Dispose() => LlamaLibrary.FreeContext(Handle);

    private static void AssertNone(int status, string action) => Assert.True(status == 0, $"llama.cpp cannot {action}, status {status}: {LlamaLibrary.TakeErrors()}");
}
