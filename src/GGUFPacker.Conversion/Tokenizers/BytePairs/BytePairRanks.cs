using System.Text;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.BytePairs;

/// <summary>
/// The vocabulary of a BPE as tiktoken keeps it: byte strings with ranks, without merges. A string here has one character for each byte (Latin-1).
/// llama.cpp needs the merges, which follow from the ranks.
/// </summary>
internal sealed class BytePairRanks
{
    /// <summary>The most bytes of a token; the longest known one has a few hundred.</summary>
    public const int MaximumTokenBytes = 1024;

    /// <summary>The most bytes of all merges together; those of the largest known vocabulary have about 4 million.</summary>
    private const long MaximumMergeBytes = 256L << 20;

    private readonly Dictionary<string, int> _ranks = new(StringComparer.Ordinal);
    private readonly string _name;

    /// <summary>Creates an empty vocabulary; the name is for messages.</summary>
    public BytePairRanks(string name) => _name = name;

    /// <summary>The tokens with their ranks, in the order in which they were added.</summary>
    public IReadOnlyDictionary<string, int> Ranks => _ranks;

    /// <summary>The number of tokens.</summary>
    public int Count => _ranks.Count;

    /// <summary>Adds a token.</summary>
    /// <exception cref="CheckpointException">It is empty, too long or there already, or there are too many.</exception>
    public void Add(ReadOnlySpan<byte> token, int rank)
    {
        if (token.Length is 0 or > MaximumTokenBytes)
        {
            throw new CheckpointException($"{_name}: the token of rank {rank} has {token.Length} bytes; from 1 to {MaximumTokenBytes} are possible.");
        }

        if (_ranks.Count == TokenizerJsonReader.MaximumTokens || rank is < 0 or >= TokenizerJsonReader.MaximumTokens)
        {
            throw new CheckpointException($"{_name} has more than {TokenizerJsonReader.MaximumTokens} tokens.");
        }

        if (!_ranks.TryAdd(Encoding.Latin1.GetString(token), rank))
        {
            throw new CheckpointException($"{_name}: the token of rank {rank} is there twice: {Convert.ToHexString(token)}.");
        }
    }

    /// <summary>
    /// The merges that tiktoken's own encoding of each token leads to: a token is encoded by the tokens of lower rank, and where two parts remain, they are
    /// its merge.
    /// </summary>
    /// <exception cref="CheckpointException">They are too many.</exception>
    public IReadOnlyList<string> MergesByEncoding()
    {
        var merges = new List<string>(_ranks.Count);
        var bytes = 0L;
        foreach (var (token, rank) in _ranks)
        {
            if (token.Length > 1 && SplitInTwo(token, rank) is { } middle)
            {
                Add(merges, token, middle, ref bytes);
            }
        }

        return merges;
    }

    /// <summary>The merges that Hugging Face derives: every way to split a token into two others, by the ranks of the parts.</summary>
    /// <param name="first">The first rank that has merges; those below are single bytes.</param>
    /// <exception cref="CheckpointException">A token cannot be split, or they are too many.</exception>
    public IReadOnlyList<string> MergesBySplitting(int first)
    {
        var ranks = _ranks.GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new List<string>(_ranks.Count);
        var bytes = 0L;
        var splits = new List<(int Left, int Right, int Middle)>();
        foreach (var (token, rank) in _ranks.Where(entry => entry.Value >= first).OrderBy(entry => entry.Value))
        {
            splits.Clear();
            for (var middle = 1; middle < token.Length; middle++)
            {
                if (ranks.TryGetValue(token.AsSpan(0, middle), out var left) && ranks.TryGetValue(token.AsSpan(middle), out var right))
                {
                    splits.Add((left, right, middle));
                }
            }

            if (splits.Count == 0)
            {
                throw new CheckpointException(
                    $"{_name}: the token of rank {rank} is not made of two others: {Convert.ToHexString(Encoding.Latin1.GetBytes(token))}.");
            }

            splits.Sort();
            foreach (var (_, _, middle) in splits)
            {
                Add(merges, token, middle, ref bytes);
            }
        }

        return merges;
    }

    private void Add(List<string> merges, string token, int middle, ref long bytes)
    {
        bytes += token.Length;
        if (bytes > MaximumMergeBytes)
        {
            throw new CheckpointException($"The merges of {_name} have more than {MaximumMergeBytes} bytes.");
        }

        merges.Add($"{ByteLevelAlphabet.EncodeLatin1(token.AsSpan(0, middle))} {ByteLevelAlphabet.EncodeLatin1(token.AsSpan(middle))}");
    }

    // Joins the pair of the lowest rank, leftmost first, as long as it is below the token's own. Where two parts are left: the length of the first.
    private int? SplitInTwo(string token, int rank)
    {
        const int None = int.MaxValue;
        var ranks = _ranks.GetAlternateLookup<ReadOnlySpan<char>>();

        // Where each part begins, and the rank of the pair that it begins.
        Span<int> starts = stackalloc int[MaximumTokenBytes + 1];
        Span<int> pairs = stackalloc int[MaximumTokenBytes + 1];
        var count = token.Length;
        for (var part = 0; part <= count; part++)
        {
            starts[part] = part;
        }

        for (var part = 0; part < count; part++)
        {
            pairs[part] = RankOfPair(part, starts, count);
        }

        while (count > 2)
        {
            var best = pairs[..(count - 1)].IndexOf(Minimum(pairs[..(count - 1)]));
            if (pairs[best] >= rank)
            {
                return null;
            }

            starts[(best + 2)..(count + 1)].CopyTo(starts[(best + 1)..]);
            pairs[(best + 2)..count].CopyTo(pairs[(best + 1)..]);
            count--;
            pairs[best] = RankOfPair(best, starts, count);
            if (best > 0)
            {
                pairs[best - 1] = RankOfPair(best - 1, starts, count);
            }
        }

        // Two bytes that make a token of lower rank are joined too, and then there is nothing to split.
        return pairs[0] < rank ? null : starts[1];

        int RankOfPair(int part, ReadOnlySpan<int> from, int parts) =>
            part + 2 <= parts && ranks.TryGetValue(token.AsSpan(from[part]..from[part + 2]), out var found) ? found : None;

        static int Minimum(ReadOnlySpan<int> values)
        {
            var minimum = None;
            foreach (var value in values)
            {
                minimum = Math.Min(minimum, value);
            }

            return minimum;
        }
    }
}
