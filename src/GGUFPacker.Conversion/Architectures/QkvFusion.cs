using System.Globalization;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// Joins a layer's query, key and value projections into one tensor (--fuse-qkv), where the last of the three comes. A layer is joined only if it has all
/// three weights and all three biases or none.
/// </summary>
internal sealed class QkvFusion(TensorNameMap names)
{
    private static readonly TensorKind[] Parts = [TensorKinds.AttnQ, TensorKinds.AttnK, TensorKinds.AttnV];

    private readonly HashSet<string> _fusable = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorSource> _kept = new(StringComparer.Ordinal);

    /// <summary>Finds the layers that can be joined.</summary>
    /// <param name="checkpointNames">The names of all tensors of the checkpoint.</param>
    public void Prepare(IEnumerable<string> checkpointNames)
    {
        var present = checkpointNames
            .Select(names.Find)
            .OfType<(TensorKind Kind, string Name)>()
            .Where(tensor => Parts.Contains(tensor.Kind))
            .Select(tensor => tensor.Name)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var block in present.Select(Block).Distinct())
        {
            var weights = Parts.Count(part => present.Contains(part.NameOf(block)));
            var biases = Parts.Count(part => present.Contains(part.NameOf(block, ".bias")));
            if (weights == Parts.Length && biases is 0 or 3)
            {
                _fusable.UnionWith(Parts.Select(part => part.NameOf(block)));
                _fusable.UnionWith(biases > 0 ? Parts.Select(part => part.NameOf(block, ".bias")) : []);
            }
        }
    }

    /// <summary>Takes a mapped tensor: a part is kept until all three are there; null for anything else.</summary>
    public IEnumerable<NamedTensor>? Take(TensorKind kind, NamedTensor tensor)
    {
        if (!Parts.Contains(kind) || !_fusable.Contains(tensor.Name))
        {
            return null;
        }

        _kept[tensor.Name] = tensor.Source;
        var block = Block(tensor.Name);
        var suffix = tensor.Name.EndsWith(".bias", StringComparison.Ordinal) ? ".bias" : ".weight";
        var partNames = Parts.Select(part => part.NameOf(block, suffix)).ToArray();
        if (!partNames.All(_kept.ContainsKey))
        {
            return [];
        }

        var sources = partNames.Select(name => _kept[name]).ToArray();
        foreach (var name in partNames)
        {
            _kept.Remove(name);
        }

        try
        {
            return [new NamedTensor(TensorKinds.AttnQkv.NameOf(block, suffix), Concatenation.Join(sources))];
        }
        catch (ArgumentException exception)
        {
            throw new CheckpointException($"Cannot join {string.Join(", ", partNames)} (--fuse-qkv): {exception.Message}", exception);
        }
    }

    /// <summary>All tensors have been taken.</summary>
    /// <exception cref="CheckpointException">A part waits for the others.</exception>
    public void Complete()
    {
        if (_kept.Count > 0)
        {
            throw new CheckpointException($"Cannot join query, key and value (--fuse-qkv): {string.Join(", ", _kept.Keys)} stayed alone.");
        }
    }

    private static long Block(string name) => long.Parse(name.Split('.')[1], CultureInfo.InvariantCulture);
}
