using System.Text;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tokenizers.Pipeline;

/// <summary>Encodes text with a SentencePiece model of the BPE kind, as SentencePiece itself does.</summary>
internal sealed class SentencePieceEncoder
{
    private const string SpaceSymbol = "▁";
    private const int MaximumTextLength = 1 << 12;

    private readonly SentencePieceModel _model;
    private readonly CompiledCharacterMap _map;
    private readonly Dictionary<string, int> _pieces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _bytes = new(StringComparer.Ordinal);
    private readonly Dictionary<char, List<string>> _userDefined = [];

    /// <summary>Creates the encoder.</summary>
    /// <exception cref="TokenizerStepException">The model is no BPE, has unused pieces, or its character map is cut off.</exception>
    public SentencePieceEncoder(SentencePieceModel model)
    {
        if (model.Algorithm != SentencePieceAlgorithm.Bpe || model.Pieces.Any(piece => piece.Type == SentencePieceType.Unused))
        {
            throw new TokenizerStepException("Only SentencePiece's BPE without unused pieces is known.");
        }

        _model = model;
        _map = new CompiledCharacterMap(model.CharacterMap.Span);
        for (var id = 0; id < model.Pieces.Length; id++)
        {
            var (piece, type) = (model.Pieces[id].Text.ToString(), model.Pieces[id].Type);
            switch (type)
            {
                case SentencePieceType.Byte:
                    _bytes.TryAdd(piece, id);
                    break;
                case SentencePieceType.Normal or SentencePieceType.UserDefined:
                    _pieces.TryAdd(piece, id);
                    if (type == SentencePieceType.UserDefined && piece.Length > 0)
                    {
                        (_userDefined.TryGetValue(piece[0], out var list) ? list : _userDefined[piece[0]] = []).Add(piece);
                    }

                    break;
            }
        }

        foreach (var list in _userDefined.Values)
        {
            list.Sort((left, right) => right.Length.CompareTo(left.Length));
        }
    }

    /// <summary>Encodes a text, without special tokens.</summary>
    /// <exception cref="TokenizerStepException">It is too long.</exception>
    public IReadOnlyList<int> Encode(string text)
    {
        // Joining looks at all pairs for each join.
        if (text.Length > MaximumTextLength)
        {
            throw new TokenizerStepException($"The text has {text.Length} characters; at most {MaximumTextLength} are encoded.");
        }

        var ids = new List<int>();
        var isUnknownOpen = false;
        foreach (var part in Join(Normalize(text)))
        {
            if (_pieces.TryGetValue(part, out var id))
            {
                ids.Add(id);
                isUnknownOpen = false;
            }
            else if (_bytes.Count > 0)
            {
                ids.AddRange(Encoding.UTF8.GetBytes(part)
                    .Select(value => _bytes.TryGetValue($"<0x{value:X2}>", out var byteId) ? byteId : _model.UnknownId ?? 0));
            }
            else if (!isUnknownOpen)
            {
                ids.Add(_model.UnknownId ?? 0);
                isUnknownOpen = true;
            }
        }

        return ids;
    }

    private string Normalize(string text)
    {
        var rest = Encoding.UTF8.GetBytes(text).AsMemory();
        if (_model.RemovesExtraSpaces)
        {
            while (!rest.IsEmpty && NormalizeStart(rest.Span, out var length) == " ")
            {
                rest = rest[length..];
            }
        }

        if (rest.IsEmpty)
        {
            return "";
        }

        var space = _model.EscapesSpaces ? SpaceSymbol : " ";
        var result = new StringBuilder(_model.AddsDummyPrefix && !_model.TreatsSpaceAsSuffix ? space : "");
        var isAfterSpace = _model.RemovesExtraSpaces;
        while (!rest.IsEmpty)
        {
            var part = NormalizeStart(rest.Span, out var length);
            part = isAfterSpace ? part.TrimStart(' ') : part;
            if (part.Length > 0)
            {
                result.Append(part.Replace(" ", space, StringComparison.Ordinal));
                isAfterSpace = _model.RemovesExtraSpaces && part.EndsWith(' ');
            }

            rest = rest[length..];
        }

        var normalized = result.ToString();
        while (_model.RemovesExtraSpaces && normalized.EndsWith(space, StringComparison.Ordinal))
        {
            normalized = normalized[..^space.Length];
        }

        return _model.AddsDummyPrefix && _model.TreatsSpaceAsSuffix ? normalized + space : normalized;
    }

    private string NormalizeStart(ReadOnlySpan<byte> text, out int length)
    {
        if (MatchUserDefined(text) is { } symbol)
        {
            length = Encoding.UTF8.GetByteCount(symbol);
            return symbol;
        }

        if (_map.Find(text, longest: true, out length) is { } mapped)
        {
            return mapped;
        }

        Rune.DecodeFromUtf8(text, out var rune, out length);
        return rune.ToString();
    }

    private string? MatchUserDefined(ReadOnlySpan<byte> text)
    {
        if (_userDefined.Count == 0)
        {
            return null;
        }

        Rune.DecodeFromUtf8(text, out var rune, out _);
        foreach (var symbol in _userDefined.GetValueOrDefault(rune.ToString()[0]) ?? [])
        {
            if (text.StartsWith(new GgufString(symbol).Bytes))
            {
                return symbol;
            }
        }

        return null;
    }

    // User-defined pieces stay whole; other characters are joined to the pair whose piece has the highest score, leftmost first, again and again.
    private List<string> Join(string text)
    {
        var parts = new List<(string Text, bool IsFrozen)>();
        for (var position = 0; position < text.Length;)
        {
            var symbol = (_userDefined.GetValueOrDefault(text[position]) ?? []).Find(candidate =>
                string.CompareOrdinal(text, position, candidate, 0, candidate.Length) == 0);
            var part = symbol ?? Rune.GetRuneAt(text, position).ToString();
            parts.Add((part, symbol is not null));
            position += part.Length;
        }

        while (FindBestPair(parts) is { } index)
        {
            parts[index] = (parts[index].Text + parts[index + 1].Text, false);
            parts.RemoveAt(index + 1);
        }

        return [.. parts.Select(part => part.Text)];
    }

    private int? FindBestPair(List<(string Text, bool IsFrozen)> parts)
    {
        int? best = null;
        var bestScore = float.NegativeInfinity;
        for (var index = 0; index + 1 < parts.Count; index++)
        {
            if (!parts[index].IsFrozen && !parts[index + 1].IsFrozen && _pieces.TryGetValue(parts[index].Text + parts[index + 1].Text, out var id)
                && (best is null || _model.Pieces[id].Score > bestScore))
            {
                (best, bestScore) = (index, _model.Pieces[id].Score);
            }
        }

        return best;
    }
}
