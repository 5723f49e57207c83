using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace GGUFPacker.Conversion.Tokenizers.Pipeline;

/// <summary>
/// A character map as SentencePiece compiles it (precompiled_charsmap): the size of a trie, the trie as a double array (Darts), and the texts that its values
/// point into, each with a zero behind it.
/// </summary>
internal sealed class CompiledCharacterMap
{
    /// <summary>Hugging Face's library looks up longer graphemes character by character.</summary>
    private const int LongestGrapheme = 5;

    private readonly uint[] _units;
    private readonly byte[] _texts;

    /// <summary>Reads a map; an empty one maps everything to itself.</summary>
    /// <exception cref="TokenizerStepException">It is cut off.</exception>
    public CompiledCharacterMap(ReadOnlySpan<byte> map)
    {
        if (map.IsEmpty)
        {
            (_units, _texts) = ([], []);
            return;
        }

        var size = map.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(map) : uint.MaxValue;
        if (size > (uint)map.Length - 4)
        {
            throw new TokenizerStepException("A precompiled character map is cut off.");
        }

        _units = new uint[size / 4];
        for (var index = 0; index < _units.Length; index++)
        {
            _units[index] = BinaryPrimitives.ReadUInt32LittleEndian(map[(4 + (4 * index))..]);
        }

        _texts = map[(4 + (int)size)..].ToArray();
    }

    /// <summary>Normalizes a text as Hugging Face's library does: grapheme by grapheme, and what is not mapped whole, character by character.</summary>
    public string Normalize(string text)
    {
        var result = new StringBuilder(text.Length);
        Span<byte> utf8 = stackalloc byte[4];
        var graphemes = StringInfo.GetTextElementEnumerator(text);
        while (graphemes.MoveNext())
        {
            var grapheme = graphemes.GetTextElement();
            if (Encoding.UTF8.GetByteCount(grapheme) <= LongestGrapheme && Find(Encoding.UTF8.GetBytes(grapheme), longest: false, out _) is { } whole)
            {
                result.Append(whole);
                continue;
            }

            foreach (var rune in grapheme.EnumerateRunes())
            {
                result.Append(Find(utf8[..rune.EncodeToUtf8(utf8)], longest: false, out _) ?? rune.ToString());
            }
        }

        return result.ToString();
    }

    /// <summary>What the beginning of a text is mapped to; null if nothing is known for it.</summary>
    /// <param name="text">The text, in UTF-8.</param>
    /// <param name="longest">Whether the longest beginning counts, or the shortest.</param>
    /// <param name="length">The length of the beginning that is mapped.</param>
    public string? Find(ReadOnlySpan<byte> text, bool longest, out int length)
    {
        length = 0;
        if (_units.Length == 0)
        {
            return null;
        }

        var value = -1;
        var node = Offset(_units[0]);
        for (var position = 0; position < text.Length && text[position] != 0; position++)
        {
            node ^= text[position];
            if (node >= (uint)_units.Length || Label(_units[node]) != text[position])
            {
                break;
            }

            var unit = _units[node];
            node ^= Offset(unit);
            if (HasLeaf(unit) && node < (uint)_units.Length)
            {
                (value, length) = ((int)(_units[node] & 0x7FFFFFFF), position + 1);
                if (!longest)
                {
                    break;
                }
            }
        }

        return value < 0 || value >= _texts.Length ? null : TextAt(value);
    }

    private string TextAt(int start)
    {
        var text = _texts.AsSpan(start);
        var end = text.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? text : text[..end]);
    }

    private static bool HasLeaf(uint unit) => (unit & 0x100) != 0;

    private static uint Label(uint unit) => unit & 0x800000FF;

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);
}
