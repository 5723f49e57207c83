using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>A tensor with its name: the checkpoint's before it is mapped, GGUF's afterwards.</summary>
/// <param name="Name">The name, with suffix.</param>
/// <param name="Source">Its elements.</param>
internal sealed record NamedTensor(string Name, TensorSource Source)
{
    /// <summary>Whether the name ends so.</summary>
    public bool EndsWith(string end) => Name.EndsWith(end, StringComparison.Ordinal);

    /// <summary>Whether the name has this part.</summary>
    public bool Contains(string part) => Name.Contains(part, StringComparison.Ordinal);

    /// <summary>The tensor with a part of its name replaced everywhere.</summary>
    public NamedTensor Renamed(string part, string replacement) => this with { Name = Name.Replace(part, replacement, StringComparison.Ordinal) };

    /// <summary>The tensor after a transform.</summary>
    /// <exception cref="CheckpointException">Its shape does not fit; the message names it.</exception>
    public NamedTensor With(Func<TensorSource, TensorSource> transform)
    {
        try
        {
            return this with { Source = transform(Source) };
        }
        catch (Exception exception) when (exception is ArgumentException or OverflowException or DivideByZeroException)
        {
            // Sizes come from config.json, whatever stands there.
            throw new CheckpointException($"Cannot convert the tensor '{Name}': {exception.Message}", exception);
        }
    }
}
