using System.Collections.Immutable;
using System.Globalization;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Finds the GGUF name of a checkpoint's tensor, for the kinds that an architecture has and the layers that the model has.</summary>
internal sealed class TensorNameMap
{
    private static readonly string[] UsualSuffixes = [".weight", ".bias"];

    private readonly Dictionary<string, TensorKind> _kinds = new(StringComparer.Ordinal);
    private readonly long _blockCount;

    /// <summary>Creates the map. A name that two kinds have belongs to the later one.</summary>
    public TensorNameMap(ImmutableArray<TensorKind> kinds, long blockCount)
    {
        _blockCount = blockCount;
        foreach (var kind in kinds)
        {
            _kinds[kind.Name] = kind;
            foreach (var name in kind.CheckpointNames)
            {
                _kinds[name] = kind;
            }
        }
    }

    /// <summary>The kind and GGUF name of a tensor, with its suffix (.weight or .bias); null if the name is unknown.</summary>
    public (TensorKind Kind, string Name)? Find(string name) => Find(name, UsualSuffixes);

    /// <summary>The kind and GGUF name of a tensor, with its suffix; null if the name is unknown.</summary>
    public (TensorKind Kind, string Name)? Find(string name, IEnumerable<string> suffixes)
    {
        if (name.Contains(TensorKind.BlockPlaceholder, StringComparison.Ordinal))
        {
            return null;
        }

        if (FindStem(name) is { } exact)
        {
            return exact;
        }

        foreach (var suffix in suffixes)
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal) && FindStem(name[..^suffix.Length]) is { } stem)
            {
                return (stem.Kind, stem.Name + suffix);
            }
        }

        return null;
    }

    /// <summary>The first part of a name that is a number, usually the layer.</summary>
    public static long? FirstNumber(string name)
    {
        foreach (var part in name.Split('.'))
        {
            if (long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }
        }

        return null;
    }

    private (TensorKind Kind, string Name)? FindStem(string stem)
    {
        if (_kinds.TryGetValue(stem, out var kind))
        {
            return (kind, kind.Name);
        }

        // Any number in the name may be the layer's; the others, such as an expert's, then are part of the known name.
        for (var start = 0; start < stem.Length; start++)
        {
            var end = start;
            while (end < stem.Length && char.IsAsciiDigit(stem[end]))
            {
                end++;
            }

            if (end > start
                && IsBlock(stem.AsSpan(start, end - start), out var block)
                && _kinds.TryGetValue(string.Concat(stem.AsSpan(0, start), TensorKind.BlockPlaceholder, stem.AsSpan(end)), out kind))
            {
                return (kind, kind.NameOf(block, ""));
            }

            start = end;
        }

        return null;
    }

    private bool IsBlock(ReadOnlySpan<char> part, out long block) =>
        long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out block)
        && block < _blockCount
        && (part.Length == 1 || part[0] != '0');
}
