using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Collects the experts' matrices of each layer and stacks them, in the order of their numbers, once a layer has all of them.</summary>
/// <param name="pattern">The name of a matrix, with <c>{bid}</c>, <c>{xid}</c> and <c>{part}</c> for layer, expert and part.</param>
/// <param name="parts">The matrices of an expert, in the order in which their stacks come.</param>
internal sealed class ExpertStacks(string pattern, params string[] parts)
{
    /// <summary>More experts than any model has.</summary>
    private const long MaximumExperts = 1 << 16;

    private readonly Dictionary<long, Dictionary<string, NamedTensor>> _layers = [];

    /// <summary>The name of a stack, with <c>{bid}</c> and <c>{part}</c>; by default a matrix' name without the expert.</summary>
    public string StackPattern { get; init; } = pattern.Replace(".{xid}", "", StringComparison.Ordinal);

    /// <summary>Whether a name is that of one expert's tensor: a number comes right behind the part "experts".</summary>
    public static bool IsOfOne(string name)
    {
        const string Experts = "mlp.experts.";
        var at = name.IndexOf(Experts, StringComparison.Ordinal) + Experts.Length;
        return at >= Experts.Length && at < name.Length && char.IsAsciiDigit(name[at]);
    }

    /// <summary>Takes an expert's matrix.</summary>
    /// <param name="tensor">The matrix, named as in the checkpoint.</param>
    /// <param name="block">Its layer.</param>
    /// <param name="expertCount">The number of experts of a layer.</param>
    /// <returns>Nothing, or the layer's stacks.</returns>
    /// <exception cref="CheckpointException">A matrix is missing, or shapes differ.</exception>
    public IEnumerable<NamedTensor> Take(NamedTensor tensor, long? block, long expertCount)
    {
        if (expertCount is <= 0 or > MaximumExperts)
        {
            throw new CheckpointException($"Cannot convert: {expertCount} experts are not possible (config.json).");
        }

        if (block is not { } number)
        {
            throw new CheckpointException($"Cannot convert the expert '{tensor.Name}': its name has no layer.");
        }

        if (!_layers.TryGetValue(number, out var layer))
        {
            _layers.Add(number, layer = new(StringComparer.Ordinal));
        }

        layer[tensor.Name] = tensor;
        if (layer.Count < expertCount * parts.Length)
        {
            return [];
        }

        var stacks = parts.Select(part => Stack(layer, number, expertCount, part)).ToList();
        if (layer.Count == 0)
        {
            _layers.Remove(number);
        }

        return stacks;
    }

    /// <summary>All tensors have been taken.</summary>
    /// <exception cref="CheckpointException">A layer's experts are not complete.</exception>
    public void Complete()
    {
        if (_layers.Count > 0)
        {
            var (block, layer) = _layers.First();
            throw new CheckpointException(
                $"Cannot stack the experts of layer {block}: {layer.Count} of their matrices are left over, such as '{layer.Keys.First()}'."
                + " Does the number of experts in config.json (num_local_experts or num_experts) fit?");
        }
    }

    private NamedTensor Stack(Dictionary<string, NamedTensor> layer, long block, long expertCount, string part)
    {
        var sources = new List<TensorSource>();
        for (var expert = 0L; expert < expertCount; expert++)
        {
            var name = Named(pattern, block, part).Replace("{xid}", $"{expert}", StringComparison.Ordinal);
            sources.Add(layer.Remove(name, out var tensor)
                ? tensor.Source
                : throw new CheckpointException($"Cannot stack the experts of layer {block}: the tensor '{name}' is missing."));
        }

        try
        {
            return new NamedTensor(Named(StackPattern, block, part), Concatenation.Stack(sources));
        }
        catch (ArgumentException exception)
        {
            throw new CheckpointException($"Cannot stack the experts of layer {block} ({part}): {exception.Message}", exception);
        }
    }

    private static string Named(string name, long block, string part) =>
        name.Replace("{bid}", $"{block}", StringComparison.Ordinal).Replace("{part}", part, StringComparison.Ordinal);
}
