using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Safetensors;

/// <summary>A tensor as it lies in a safetensors file.</summary>
internal sealed class SafetensorsTensor : TensorSource
{
    private readonly SafetensorsFile _file;
    private readonly SafetensorsEntry _entry;

    /// <summary>Creates the source of an entry.</summary>
    /// <exception cref="CheckpointException">The type of its elements cannot be converted.</exception>
    public SafetensorsTensor(SafetensorsFile file, SafetensorsEntry entry)
        : base(entry.Type, entry.Shape)
    {
        if (!entry.Type.IsConvertible)
        {
            throw new CheckpointException(
                $"Cannot convert the tensor '{entry.Name}' of '{file.Name}': its elements are {entry.Type}, which GGUF has no use for.");
        }

        _file = file;
        _entry = entry;
    }

    /// <inheritdoc/>
    public override void Read(long first, Span<byte> destination) => _file.Read(_entry, first * Type.Bytes, destination);
}
