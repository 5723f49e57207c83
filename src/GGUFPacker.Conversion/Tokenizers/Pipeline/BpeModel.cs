using System.Runtime.InteropServices;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.Pipeline;

/// <summary>
/// Byte pair encoding: a piece of text begins as its characters, and the pair that stands first in the merges is joined, again and again, leftmost first.
/// </summary>
internal sealed class BpeModel : SubwordModel
{
    private readonly TokenizerJson _definition;
    private readonly Dictionary<long, (int Rank, int Id)> _merges;
    private readonly int? _unknownId;

    /// <summary>Creates the model.</summary>
    /// <exception cref="CheckpointException">A merge names a token that the vocabulary lacks.</exception>
    public BpeModel(TokenizerJson definition)
    {
        _definition = definition;
        _merges = ReadMerges(definition);
        _unknownId = UnknownId(definition);
    }

    /// <inheritdoc/>
    public override void Encode(string text, List<int> ids)
    {
        if (_definition.IgnoreMerges && _definition.Vocabulary.TryGetValue(text, out var whole))
        {
            ids.Add(whole);
            return;
        }

        var symbols = Begin(text);
        Merge(symbols);
        ids.AddRange(symbols.Where(symbol => !symbol.IsGone).Select(symbol => symbol.Id));
    }

    private static Dictionary<long, (int Rank, int Id)> ReadMerges(TokenizerJson definition)
    {
        var merges = new Dictionary<long, (int Rank, int Id)>(definition.Merges.Count);
        var ids = definition.Vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        var prefix = definition.ContinuingSubwordPrefix?.Length ?? 0;
        var rank = 0;
        for (var index = 0; index < definition.Merges.Count; index++)
        {
            if (definition.Merges.IsHeading(index))
            {
                continue;
            }

            if (!definition.Merges.TrySplit(index, out var left, out var right))
            {
                throw new CheckpointException($"{TokenizerJsonReader.FileName}: the merge number {index + 1} has not two parts.");
            }

            var pair = Pair(IdOf(left, ids), IdOf(right, ids));
            merges[pair] = (rank++, IdOfJoined(left, right.Length >= prefix ? right[prefix..] : right, ids));
        }

        return merges;

        static int IdOfJoined(ReadOnlySpan<char> left, ReadOnlySpan<char> right, Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> ids)
        {
            Span<char> buffer = stackalloc char[256];
            if (left.Length + right.Length > buffer.Length)
            {
                return IdOf(string.Concat(left, right), ids);
            }

            left.CopyTo(buffer);
            right.CopyTo(buffer[left.Length..]);
            return IdOf(buffer[..(left.Length + right.Length)], ids);
        }

        static int IdOf(ReadOnlySpan<char> token, Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> ids) => ids.TryGetValue(token, out var id)
            ? id
            : throw new CheckpointException($"{TokenizerJsonReader.FileName}: a merge names the token '{token}', which the vocabulary lacks.");
    }

    private static long Pair(int left, int right) => ((long)left << 32) | (uint)right;

    private List<Symbol> Begin(string text)
    {
        var symbols = new List<Symbol>(text.Length);
        var isUnknownOpen = false;
        var position = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var part = rune.ToString();
            var isFirst = position == 0;
            position += part.Length;
            part = isFirst ? part : _definition.ContinuingSubwordPrefix + part;
            part = position == text.Length ? part + _definition.EndOfWordSuffix : part;
            if (_definition.Vocabulary.TryGetValue(part, out var id))
            {
                Add(id);
                isUnknownOpen = false;
            }
            else if (_definition.ByteFallback && FindBytes(_definition, part) is { } bytes)
            {
                bytes.ForEach(Add);
            }
            else if (_unknownId is { } unknown && !(isUnknownOpen && _definition.FuseUnknown))
            {
                Add(unknown);
                isUnknownOpen = true;
            }
        }

        return symbols;

        void Add(int id) => symbols.Add(new Symbol { Id = id, Previous = symbols.Count - 1, Next = symbols.Count + 1 });
    }

    private void Merge(List<Symbol> list)
    {
        var symbols = CollectionsMarshal.AsSpan(list);
        var queue = new PriorityQueue<(int Position, int Id), (int Rank, int Position)>();
        for (var position = 0; position + 1 < symbols.Length; position++)
        {
            Propose(symbols, position, queue);
        }

        while (queue.TryDequeue(out var best, out _))
        {
            ref var left = ref symbols[best.Position];
            if (left.IsGone || left.Next >= symbols.Length)
            {
                continue;
            }

            // The pair may have changed since it was proposed.
            ref var right = ref symbols[left.Next];
            if (!_merges.TryGetValue(Pair(left.Id, right.Id), out var merge) || merge.Id != best.Id)
            {
                continue;
            }

            right.IsGone = true;
            left.Id = merge.Id;
            left.Next = right.Next;
            if (left.Next < symbols.Length)
            {
                symbols[left.Next].Previous = best.Position;
            }

            if (left.Previous >= 0)
            {
                Propose(symbols, left.Previous, queue);
            }

            Propose(symbols, best.Position, queue);
        }
    }

    private void Propose(Span<Symbol> symbols, int position, PriorityQueue<(int Position, int Id), (int Rank, int Position)> queue)
    {
        var next = symbols[position].Next;
        if (next < symbols.Length && _merges.TryGetValue(Pair(symbols[position].Id, symbols[next].Id), out var merge))
        {
            queue.Enqueue((position, merge.Id), (merge.Rank, position));
        }
    }

    private struct Symbol
    {
        public int Id;
        public int Previous;
        public int Next;
        public bool IsGone;
    }
}
