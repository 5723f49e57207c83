namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>
/// The merges of a BPE, best first. Files of transformers before 4.45 have them as one string with a space between the parts; later ones as pairs, whose parts
/// may hold spaces.
/// </summary>
internal sealed class MergeList
{
    private readonly string[] _joined;
    private readonly (string Left, string Right)[] _pairs;

    private MergeList(string[] joined, (string Left, string Right)[] pairs)
    {
        _joined = joined;
        _pairs = pairs;
    }

    /// <summary>No merges.</summary>
    public static MergeList Empty { get; } = new([], []);

    /// <summary>The number of merges.</summary>
    public int Count => _joined.Length + _pairs.Length;

    /// <summary>Merges as strings with a space in between.</summary>
    public static MergeList OfJoined(string[] merges) => new(merges, []);

    /// <summary>Merges as pairs.</summary>
    public static MergeList OfPairs((string Left, string Right)[] merges) => new([], merges);

    /// <summary>
    /// The merges as tokenizer.ggml.merges has them: parts with one space in between. Spaces inside a part become U+0120, the byte-level alphabet's space.
    /// </summary>
    public IEnumerable<string> ToGguf() => _pairs.Length > 0
        ? _pairs.Select(pair => $"{pair.Left.Replace(' ', 'Ġ')} {pair.Right.Replace(' ', 'Ġ')}")
        : _joined;

    /// <summary>The parts of a merge, as the tokenizers library applies it.</summary>
    /// <returns>False if it has not two parts.</returns>
    public bool TrySplit(int index, out ReadOnlySpan<char> left, out ReadOnlySpan<char> right)
    {
        if (_pairs.Length > 0)
        {
            left = _pairs[index].Left;
            right = _pairs[index].Right;
            return true;
        }

        var merge = _joined[index].AsSpan();
        var space = merge.IndexOf(' ');
        left = space < 0 ? merge : merge[..space];
        right = space < 0 ? default : merge[(space + 1)..];
        return space >= 0 && !right.Contains(' ');
    }

    /// <summary>Whether an entry is a heading of the merges' file and no merge.</summary>
    public bool IsHeading(int index) => _pairs.Length == 0 && _joined[index].StartsWith("#version", StringComparison.Ordinal);
}
