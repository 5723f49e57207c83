using System.Diagnostics.CodeAnalysis;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>
/// The added tokens of a tokenizer, with the ids that Hugging Face's tokenizers library gives them: the trained vocabulary's if the text is in it,
/// else the next free one. The ids that tokenizer.json writes beside them do not count.
/// </summary>
internal sealed class AddedVocabulary
{
    private readonly Dictionary<string, int> _model;
    private readonly int _trainedCount;
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, AddedToken> _tokens = [];
    private readonly HashSet<string> _special = new(StringComparer.Ordinal);

    // What is searched in a text. The flags of a token's first appearance decide whether it is searched in the text or in the normalized text,
    // so a token that is added again with other flags may stand here twice.
    private readonly List<AddedToken> _searched = [];
    private readonly List<AddedToken> _searchedSpecial = [];

    /// <summary>Creates an empty one on top of a trained vocabulary.</summary>
    public AddedVocabulary(TokenizerJson definition)
    {
        _model = definition.Vocabulary;
        _trainedCount = definition.TrainedCount;
    }

    /// <summary>The added tokens by id, in the order of ids.</summary>
    public IReadOnlyDictionary<int, AddedToken> Tokens => _tokens;

    /// <summary>The tokens to search for, special ones first.</summary>
    public IEnumerable<AddedToken> Searched => _searchedSpecial.Concat(_searched);

    /// <summary>The id of a token, added or trained.</summary>
    public bool TryGetId(string content, out int id) => _ids.TryGetValue(content, out id) || _model.TryGetValue(content, out id);

    /// <summary>Whether the text is that of an added token.</summary>
    public bool Contains(string content) => _ids.ContainsKey(content);

    /// <summary>The token of an id, if it is an added one.</summary>
    public bool TryGetToken(int id, [MaybeNullWhen(false)] out AddedToken token) => _tokens.TryGetValue(id, out token);

    /// <summary>Adds tokens. One that is there already takes the new flags.</summary>
    public void Add(IReadOnlyCollection<AddedToken> tokens)
    {
        foreach (var token in tokens)
        {
            if (token.Special && token.Content.Length > 0 && _special.Add(token.Content))
            {
                _searchedSpecial.Add(token);
            }
        }

        var existing = _tokens.Values.ToHashSet();
        var nextId = _tokens.Count > 0 && (_tokens.Keys.Last() >= _trainedCount || _trainedCount == 0) ? _tokens.Keys.Last() + 1 : _trainedCount;
        foreach (var token in tokens)
        {
            if (token.Content.Length == 0 || !existing.Add(token))
            {
                continue;
            }

            if (!TryGetId(token.Content, out var id))
            {
                id = nextId++;
            }

            _ids[token.Content] = id;
            _tokens[id] = token;
            if (!_special.Contains(token.Content))
            {
                _searched.Add(token);
            }
        }
    }
}
