using Xunit;

namespace GGUFPacker.Testing.LlamaCpp;

/// <summary>Runs a model over a few tokens in the way of its kind, to see whether it runs at all.</summary>
internal static unsafe class LlamaEvaluation
{
    private const int ContextSize = 32;
    private const int DecodedTokens = 4;
    private const int NoPooling = 0;
    private const int RankPooling = 4;

    /// <summary>
    /// What the model says in the end: the logits of the last of four tokens that it continues with, or an encoder's embedding. All of it is finite.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="adapter">An adapter's handle, or zero.</param>
    public static float[] Run(LlamaModel model, nint adapter = 0)
    {
        using var context = new LlamaContext(model, ContextSize);
        if (adapter != 0)
        {
            var scale = 1f;
            Assert.Equal(0, LlamaLibrary.SetAdapters(context.Handle, &adapter, 1, &scale));
        }

        // Any tokens do: what a tiny model with random weights says has no meaning.
        int[] prompt = [.. Enumerable.Range(1, 4).Select(index => index * 5 % model.VocabularySize)];
        if (LlamaLibrary.HasEncoder(model.Handle) != 0)
        {
            return LlamaLibrary.HasDecoder(model.Handle) == 0 ? Embed(model, context, prompt) : Translate(model, context, prompt);
        }

        return LlamaLibrary.GetMemory(context.Handle) == 0 ? Embed(model, context, prompt) : Continue(context, prompt);
    }

    private static float[] Translate(LlamaModel model, LlamaContext context, int[] prompt)
    {
        context.Encode(prompt);
        var start = LlamaLibrary.GetDecoderStartToken(model.Handle);
        return Continue(context, [start < 0 ? 0 : start]);
    }

    private static float[] Continue(LlamaContext context, int[] prompt)
    {
        context.Decode(prompt, everyOutput: false);
        for (var i = 0; i < DecodedTokens; i++)
        {
            context.Decode([context.LikeliestToken()], everyOutput: false);
        }

        return Finite(context.Logits(-1));
    }

    private static float[] Embed(LlamaModel model, LlamaContext context, int[] prompt)
    {
        LlamaLibrary.SetEmbeddings(context.Handle, 1);
        context.Encode(prompt);
        var pooling = LlamaLibrary.GetPoolingType(context.Handle);
        var values = pooling == NoPooling ? LlamaLibrary.GetEmbeddings(context.Handle, -1) : LlamaLibrary.GetSequenceEmbeddings(context.Handle, 0);
        Assert.True(values is not null, "There are no embeddings.");
        return Finite(new ReadOnlySpan<float>(values, pooling == RankPooling ? (int)LlamaLibrary.GetClassCount(model.Handle) : LlamaLibrary.GetEmbeddingLength(model.Handle)));
    }

    private static float[] Finite(ReadOnlySpan<float> values)
    {
        Assert.All(values.ToArray(), value => Assert.True(float.IsFinite(value), $"The result has a {value}."));
        return values.ToArray();
    }
}
