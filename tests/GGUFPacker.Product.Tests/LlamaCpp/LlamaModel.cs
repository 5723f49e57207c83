using System.Text;

namespace GGUFPacker.Product.Tests.LlamaCpp;

/// <summary>A model that the real llama.cpp has loaded, on one thread of the CPU and with an F16 cache, as the reference was.</summary>
internal sealed unsafe class LlamaModel : IDisposable
{
    private readonly nint _model;
    private readonly nint _vocabulary;

    private LlamaModel(nint model) => (_model, _vocabulary) = (model, LlamaLibrary.GetVocabulary(model));

    /// <summary>Loads a file, and fails with what the library says if it cannot.</summary>
    public static LlamaModel Load(string path)
    {
        LlamaLibrary.TakeErrors();
        var parameters = LlamaLibrary.DefaultModelParameters();
        parameters.CheckTensors = 1;
        var model = LlamaLibrary.LoadModel(path, parameters);
        Assert.True(model != 0, $"llama.cpp cannot load {path}: {LlamaLibrary.TakeErrors()}");
        return new LlamaModel(model);
    }

    /// <summary>The tokens of a text, with the begin token in front if the vocabulary wants one.</summary>
    public int[] Tokenize(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var tokens = new int[bytes.Length + 2];
        fixed (byte* source = bytes)
        fixed (int* target = tokens)
        {
            var count = LlamaLibrary.Tokenize(_vocabulary, source, bytes.Length, target, tokens.Length, addSpecial: 1, parseSpecial: 0);
            Assert.InRange(count, 0, tokens.Length);
            return tokens[..count];
        }
    }

    /// <summary>The text of tokens.</summary>
    public string TextOf(IEnumerable<int> tokens)
    {
        using var text = new MemoryStream();
        var piece = stackalloc byte[256];
        foreach (var token in tokens)
        {
            var length = LlamaLibrary.TokenToPiece(_vocabulary, token, piece, 256, leftStrip: 0, special: 0);
            Assert.InRange(length, 0, 256);
            text.Write(new ReadOnlySpan<byte>(piece, length));
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    /// <summary>The likeliest tokens that follow a prompt, one after the other.</summary>
    public int[] Continue(int[] prompt, int count, int contextSize)
    {
        using var context = new Context(_model, contextSize);
        var result = new List<int>();
        for (var next = prompt; result.Count < count; next = [result[^1]])
        {
            context.Decode(next, everyOutput: false);
            var logits = Logits(context, -1);
            var best = 0;
            for (var token = 1; token < logits.Length; token++)
            {
                best = logits[token] > logits[best] ? token : best;
            }

            result.Add(best);
        }

        return [.. result];
    }

    /// <summary>
    /// The perplexity of a text in windows that begin with the begin token; a rest shorter than a window is left out.
    /// All tokens of a window count but the first.
    /// </summary>
    public (double Perplexity, int Scored) Perplexity(int[] tokens, int window)
    {
        using var context = new Context(_model, window);
        var (sum, scored) = (0.0, 0);
        for (var start = 0; start + window <= tokens.Length; start += window)
        {
            int[] chunk = [LlamaLibrary.GetBeginToken(_vocabulary), .. tokens.AsSpan(start + 1, window - 1)];
            context.Clear();
            context.Decode(chunk, everyOutput: true);
            for (var i = 1; i < window; i++)
            {
                sum += NegativeLogProbability(Logits(context, i - 1), chunk[i]);
                scored++;
            }
        }

        return (Math.Exp(sum / scored), scored);
    }

    /// <inheritdoc/>
    public void Dispose() => LlamaLibrary.FreeModel(_model);

    private static double NegativeLogProbability(ReadOnlySpan<float> logits, int token)
    {
        var max = float.NegativeInfinity;
        foreach (var logit in logits)
        {
            max = MathF.Max(max, logit);
        }

        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp(logit - max);
        }

        return Math.Log(sum) - (logits[token] - max);
    }

    private ReadOnlySpan<float> Logits(Context context, int index)
    {
        var logits = LlamaLibrary.GetLogits(context.Handle, index);
        Assert.True(logits is not null);
        return new ReadOnlySpan<float>(logits, LlamaLibrary.GetVocabularySize(_vocabulary));
    }

    private sealed class Context : IDisposable
    {
        public Context(nint model, int size)
        {
            var parameters = LlamaLibrary.DefaultContextParameters();
            (parameters.ContextSize, parameters.BatchSize, parameters.MicroBatchSize) = ((uint)size, (uint)size, (uint)size);
            (parameters.Threads, parameters.BatchThreads) = (1, 1);
            Handle = LlamaLibrary.CreateContext(model, parameters);
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
                Assert.Equal(0, LlamaLibrary.Decode(Handle, batch));
            }
        }

        public void Dispose() => LlamaLibrary.FreeContext(Handle);
    }
}
