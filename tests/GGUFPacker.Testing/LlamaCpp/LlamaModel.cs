using System.Text;
using Xunit;

namespace GGUFPacker.Testing.LlamaCpp;

/// <summary>A model that the real llama.cpp has loaded, on one thread of the CPU and with an F16 cache, as the reference was.</summary>
public sealed unsafe class LlamaModel : IDisposable
{
    private readonly nint _vocabulary;

    private LlamaModel(nint model) => (Handle, _vocabulary) = (model, LlamaLibrary.GetVocabulary(model));

    internal nint Handle { get; }

    internal int VocabularySize => LlamaLibrary.GetVocabularySize(_vocabulary);

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
        using var context = new LlamaContext(this, contextSize);
        var result = new List<int>();
        for (var next = prompt; result.Count < count; next = [result[^1]])
        {
            context.Decode(next, everyOutput: false);
            result.Add(context.LikeliestToken());
        }

        return [.. result];
    }

    /// <summary>
    /// The perplexity of a text in windows that begin with the begin token; a rest shorter than a window is left out.
    /// All tokens of a window count but the first.
    /// </summary>
    public (double Perplexity, int Scored) Perplexity(int[] tokens, int window)
    {
        using var context = new LlamaContext(this, window);
        var (sum, scored) = (0.0, 0);
        for (var start = 0; start + window <= tokens.Length; start += window)
        {
            int[] chunk = [LlamaLibrary.GetBeginToken(_vocabulary), .. tokens.AsSpan(start + 1, window - 1)];
            context.Clear();
            context.Decode(chunk, everyOutput: true);
            for (var i = 1; i < window; i++)
            {
                sum += NegativeLogProbability(context.Logits(i - 1), chunk[i]);
                scored++;
            }
        }

        return (Math.Exp(sum / scored), scored);
    }

    /// <inheritdoc/>
    public void Dispose() => LlamaLibrary.FreeModel(Handle);

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
}
