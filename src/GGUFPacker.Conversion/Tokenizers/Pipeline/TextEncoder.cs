using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.Pipeline;

/// <summary>
/// Turns text into token ids exactly as transformers does with the same files. Conversion needs it to recognize a tokenizer by what it does to a test text.
/// </summary>
internal sealed class TextEncoder
{
    private readonly WorkLimit _limit = new();
    private readonly AddedTokenSplitter _splitter;
    private readonly TextPreTokenizer _preTokenizer;
    private readonly SubwordModel _model;
    private readonly TextPostProcessor _postProcessor;

    /// <summary>Creates an encoder.</summary>
    /// <exception cref="TokenizerStepException">The tokenizer has a step or a model that is not known here.</exception>
    /// <exception cref="CheckpointException">A merge names a token that the vocabulary lacks.</exception>
    public TextEncoder(AutoTokenizer tokenizer)
    {
        _splitter = new AddedTokenSplitter(tokenizer.Added, new TextNormalizer(tokenizer.Normalizers, _limit), _limit);
        _preTokenizer = new TextPreTokenizer(PreTokenizers(tokenizer), _limit);
        _model = SubwordModel.Create(tokenizer.Definition, _limit);
        _postProcessor = new TextPostProcessor(tokenizer);
    }

    /// <summary>Encodes a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addSpecialTokens">Whether the post-processor puts special tokens around it.</param>
    /// <exception cref="TokenizerStepException">A pattern takes too long.</exception>
    public IReadOnlyList<int> Encode(string text, bool addSpecialTokens)
    {
        WorkLimit.CheckLength(text.Length);
        _limit.Renew();
        var ids = new List<int>();
        foreach (var piece in _preTokenizer.Split(_splitter.Split(text)))
        {
            if (piece.TokenId is { } id)
            {
                ids.Add(id);
            }
            else
            {
                _model.Encode(piece.Text, ids);
            }
        }

        return addSpecialTokens ? _postProcessor.Process(ids) : ids;
    }

    // transformers overrules a ByteLevel step's add_prefix_space by tokenizer_config.json's, where the step is the whole pre-tokenizer.
    private static ImmutableArray<TokenizerStep> PreTokenizers(AutoTokenizer tokenizer)
    {
        var steps = tokenizer.Definition.PreTokenizers;
        if (!tokenizer.Definition.HasSinglePreTokenizer || steps is not [{ Type: "ByteLevel" } step])
        {
            return steps;
        }

        return [step.With("add_prefix_space", tokenizer.AddPrefixSpace)];
    }
}
