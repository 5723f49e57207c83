using System.Globalization;
using System.Text.RegularExpressions;

namespace GGUFPacker.Gguf.Quantization.Model;

/// <summary>
/// Leaves layers out and closes the gaps, tensor by tensor in output order. A layer is any <c>blk.N.</c> in a name, so that an encoder and a
/// decoder lose the same ones.
/// </summary>
internal sealed partial class LayerPruning(IEnumerable<int> layers)
{
    private readonly HashSet<int> _pruned = [.. layers];
    private readonly Dictionary<int, int> _renumbered = [];

    /// <summary>Whether any layer is to go.</summary>
    public bool IsActive => _pruned.Count > 0;

    /// <summary>How many layers are left, as far as the tensors seen tell.</summary>
    public int LayerCount { get; private set; }

    /// <summary>The tensor's name in the output, or null if it is left out.</summary>
    public string? Rename(string name)
    {
        if (!IsActive || LayerPattern().Match(name) is not { Success: true } match)
        {
            return name;
        }

        var number = match.Groups[1];
        if (!int.TryParse(number.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var layer))
        {
            return name;
        }

        if (_pruned.Contains(layer))
        {
            return null;
        }

        if (!_renumbered.TryGetValue(layer, out var renumbered))
        {
            // Layers before the first pruned one keep their number, even where the file has none of some number.
            renumbered = layer < _pruned.Min() ? layer : LayerCount;
            _renumbered.Add(layer, renumbered);
            LayerCount = renumbered + 1;
        }

        return string.Concat(name.AsSpan(0, number.Index), renumbered.ToString(CultureInfo.InvariantCulture), name.AsSpan(number.Index + number.Length));
    }

    [GeneratedRegex(@"blk\.([0-9]+)\.", RegexOptions.CultureInvariant)]
    private static partial Regex LayerPattern();
}
