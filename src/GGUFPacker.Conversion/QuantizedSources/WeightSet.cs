using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.QuantizedSources;

/// <summary>A checkpoint's tensors in order, on the way from what is stored to the weights that it stands for.</summary>
/// <param name="tensors">The tensors by their names.</param>
/// <param name="files">For errors the name of the file that a tensor lies in; null if all come from one that is named anyway.</param>
internal sealed class WeightSet(OrderedDictionary<string, TensorSource> tensors, IReadOnlyDictionary<string, string>? files = null)
{
    private readonly List<KeyValuePair<string, TensorSource>> _added = [];
    private readonly HashSet<string> _consumed = new(StringComparer.Ordinal);

    /// <summary>The tensors by their names, in the order in which they are converted.</summary>
    public OrderedDictionary<string, TensorSource> Tensors => tensors;

    /// <summary>Weights that were FP8 numbers.</summary>
    public HashSet<string> Float8Names { get; } = new(StringComparer.Ordinal);

    /// <summary>The file that a tensor lies in, or null.</summary>
    public string? FileOf(string name) => files?.GetValueOrDefault(name);

    /// <summary>The names that end so, without the end.</summary>
    public List<string> StemsOf(string suffix) =>
        [.. tensors.Keys.Where(name => name.EndsWith(suffix, StringComparison.Ordinal)).Select(name => name[..^suffix.Length])];

    /// <summary>A tensor, which is left out from now on.</summary>
    /// <exception cref="CheckpointException">There is none of this name.</exception>
    public TensorSource Take(string name)
    {
        _consumed.Add(name);
        return Find(name) ?? throw new CheckpointException(
            $"Cannot convert: the checkpoint has quantized weights, but the tensor '{name}' that belongs to them is missing.");
    }

    /// <summary>A tensor, or null.</summary>
    public TensorSource? Find(string name) => tensors.GetValueOrDefault(name);

    /// <summary>Replaces a tensor at its place.</summary>
    /// <exception cref="CheckpointException">There is none of this name, or its shape does not fit.</exception>
    public void Replace(string name, Func<TensorSource, TensorSource> restore)
    {
        var tensor = Find(name) ?? throw new CheckpointException($"Cannot convert: the checkpoint has scales for the tensor '{name}', which is missing.");
        tensors[name] = Restore(name, () => restore(tensor));
    }

    /// <summary>Adds a tensor at the end.</summary>
    /// <exception cref="CheckpointException">Its shape does not fit.</exception>
    public void Add(string name, Func<TensorSource> restore) => _added.Add(new(name, Restore(name, restore)));

    /// <summary>Leaves a tensor out.</summary>
    public void Remove(string name) => _consumed.Add(name);

    /// <summary>Leaves out the tensors that were taken, then appends those that were added.</summary>
    public void Complete()
    {
        foreach (var name in _consumed)
        {
            tensors.Remove(name);
        }

        foreach (var (name, tensor) in _added)
        {
            tensors[name] = tensor;
        }

        _consumed.Clear();
        _added.Clear();
    }

    private TensorSource Restore(string name, Func<TensorSource> restore)
    {
        try
        {
            return restore();
        }
        catch (ArgumentException exception)
        {
            throw new CheckpointException($"Cannot convert the tensor '{name}': {exception.Message}{InFile(name)}", exception);
        }
    }

    private string InFile(string name) =>
        (FileOf(name) ?? FileOf($"{name}_scale") ?? FileOf($"{name}_packed")) is { } file ? $" The tensor lies in '{file}'." : "";
}
