using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Collects the experts' matrices of each layer and stacks them, in the order of their numbers, once a layer has all of them.</summary>
/// <param name="parts">The matrices of an expert, in the order in which their stacks come.</param>
/// <param name="nameOf">The name of a matrix by layer, expert and part.</param>
internal sealed class ExpertStacks(string[] parts, Func<long, long, string, string> nameOf)
{
    /// <summary>More experts than any model has.</summary>
    private const long MaximumExperts = 1 << 16;

    private readonly Dictionary<long, Dictionary<string, NamedTensor>> _layers = [];

    /// <summary>Takes an expert's matrix.</summary>
    /// <param name="tensor">The matrix, named as in the checkpoint.</param>
    /// <param name="block">Its layer.</param>
    /// <param name="expertCount">The number of experts of a layer.</param>
    /// <returns>Nothing, or the layer's stacks, named by their parts.</returns>
    /// <exception cref="CheckpointException">A matrix is missing, or shapes differ.</exception>
    public IEnumerable<NamedTensor> Take(NamedTensor tensor, long block, long expertCount)
    {
        if (expertCount is <= 0 or > MaximumExperts)
        {
            throw new CheckpointException($"Cannot convert: {expertCount} experts are not possible (config.json).");
        }

        if (!_layers.TryGetValue(block, out var layer))
        {
            _layers.Add(block, layer = new(StringComparer.Ordinal));
        }

        layer[tensor.Name] = tensor;
        if (layer.Count < expertCount * parts.Length)
        {
            return [];
        }

        _layers.Remove(block);
        return parts.Select(part => Stack(layer, block, expertCount, part)).ToList();
    }

    /// <summary>All tensors have been taken.</summary>
    /// <exception cref="CheckpointException">A layer's experts are not complete.</exception>
    public void Complete()
    {
        if (_layers.Count > 0)
        {
            var (block, layer) = _layers.First();
            throw new CheckpointException(
                $"Cannot stack the experts of layer {block}: the checkpoint has {layer.Count} of their matrices, config.json asks for more"
                + " (num_local_experts or num_experts).");
        }
    }

    private NamedTensor Stack(Dictionary<string, NamedTensor> layer, long block, long expertCount, string part)
    {
        var sources = new List<TensorSource>();
        for (var expert = 0L; expert < expertCount; expert++)
        {
            var name = nameOf(block, expert, part);
            sources.Add(layer.TryGetValue(name, out var tensor)
                ? tensor.Source
                : throw new CheckpointException($"Cannot stack the experts of layer {block}: the tensor '{name}' is missing."));
        }

        try
        {
            return new NamedTensor(part, Concatenation.Stack(sources));
        }
        catch (ArgumentException exception)
        {
            throw new CheckpointException($"Cannot stack the experts of layer {block} ({part}): {exception.Message}", exception);
        }
    }
}
