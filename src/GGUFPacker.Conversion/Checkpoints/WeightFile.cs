using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>An open file with tensors of a checkpoint.</summary>
internal abstract class WeightFile : IDisposable
{
    /// <summary>The file's name in the checkpoint, for errors.</summary>
    public abstract string Name { get; }

    /// <summary>The names of the tensors, in the order in which they are converted.</summary>
    public abstract IEnumerable<string> TensorNames { get; }

    /// <summary>A tensor of the file. Its elements are read when they are asked for.</summary>
    /// <exception cref="CheckpointException">It cannot be converted.</exception>
    public abstract TensorSource Open(string tensorName);

    /// <inheritdoc/>
    public abstract void Dispose();
}
