using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>The tokens of a vocabulary by id, with their types and, where the kind of vocabulary has them, scores.</summary>
internal sealed class TokenList
{
    private readonly GgufString[] _tokens;
    private readonly bool[] _isSet;
    private readonly int[] _types;
    private readonly float[]? _scores;

    /// <summary>Creates a list in which every id is unused and named <c>[PADn]</c>.</summary>
    /// <param name="size">The number of ids.</param>
    /// <param name="score">The score of unused ids; null for a vocabulary without scores.</param>
    public TokenList(int size, float? score)
    {
        _tokens = new GgufString[size];
        _types = new int[size];
        _scores = score is null ? null : new float[size];
        _isSet = new bool[size];
        _types.AsSpan().Fill((int)TokenType.Unused);
        if (_scores is not null)
        {
            _scores.AsSpan().Fill(score!.Value);
        }
    }

    /// <summary>The number of ids.</summary>
    public int Count => _tokens.Length;

    /// <summary>A token and its type.</summary>
    public (GgufString Token, TokenType Type) this[int id] => (_isSet[id] ? _tokens[id] : Padding(id), (TokenType)_types[id]);

    /// <summary>The score of a token; 0 for a vocabulary without scores.</summary>
    public float ScoreOf(int id) => _scores?[id] ?? 0;

    /// <summary>Sets a token.</summary>
    public void Set(int id, GgufString token, TokenType type, float score = 0)
    {
        _tokens[id] = token;
        _isSet[id] = true;
        _types[id] = (int)type;
        if (_scores is not null)
        {
            _scores[id] = score;
        }
    }

    /// <summary>Sets the keys of the list: tokens, scores, types. The list must not change afterwards.</summary>
    /// <param name="builder">Takes the keys.</param>
    /// <param name="integerScores">Whether the scores, all whole, are written as integers.</param>
    public void WriteTo(GgufMetadata.Builder builder, bool integerScores = false)
    {
        if (Count == 0)
        {
            return;
        }

        for (var id = 0; id < Count; id++)
        {
            if (!_isSet[id])
            {
                _tokens[id] = Padding(id);
            }
        }

        builder.Set("tokenizer.ggml.tokens", GgufValue.OfArray(_tokens));
        if (_scores is not null)
        {
            builder.Set("tokenizer.ggml.scores", integerScores
                ? GgufValue.OfArray(Array.ConvertAll(_scores, score => (int)score))
                : GgufValue.OfArray(_scores));
        }

        builder.Set("tokenizer.ggml.token_type", GgufValue.OfArray(_types));
    }

    private static GgufString Padding(int id) => $"[PAD{id}]";
}
