using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Quantization.Model;

/// <summary>
/// A model that is quantized while it is read. Around a checkpoint that is converted while it is read it fuses both, and no file lies between them.
/// Rows are quantized on their own, so any run of them gives the bytes that llama.cpp v0.5.0 writes.
/// </summary>
public sealed class QuantizedModel : IGgufModel
{
    // What a call works on at a time: floats and their source together stay in the second-level cache.
    private const int SlabElements = 32 * 1024;

    private readonly IGgufModel _source;

    private QuantizedModel(IGgufModel source, QuantizationPlan plan)
    {
        (_source, Plan) = (source, plan);
        Tensors = [.. plan.Tensors.Select(tensor => tensor.Target)];
    }

    /// <summary>What is done to each tensor.</summary>
    public QuantizationPlan Plan { get; }

    /// <inheritdoc/>
    public GgufMetadata Metadata => Plan.Metadata;

    /// <inheritdoc/>
    public ImmutableArray<TensorInfo> Tensors { get; }

    /// <summary>Plans the quantization and checks that all of it can be done. No tensor data is read.</summary>
    /// <param name="source">The model; the result disposes it.</param>
    /// <param name="options">How to quantize.</param>
    /// <exception cref="GgufException">The model cannot be quantized in this way; the message names the key or the tensor.</exception>
    public static QuantizedModel Create(IGgufModel source, QuantizeOptions options)
    {
        var plan = QuantizationPlan.Create(source, options);
        QuantizationCheck.RequireExecutable(plan, options);
        return new QuantizedModel(source, plan);
    }

    /// <inheritdoc/>
    public void ReadRows(int index, long firstRow, Span<byte> destination)
    {
        var tensor = Plan.Tensors[index];
        if (tensor.IsQuantized && !destination.IsEmpty)
        {
            Quantize(tensor, firstRow, destination);
        }
        else
        {
            _source.ReadRows(tensor.SourceIndex, firstRow, destination);
            RequireValidSource(tensor, destination);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private void Quantize(PlannedTensor tensor, long firstRow, Span<byte> destination)
    {
        var columns = checked((int)tensor.Source.Columns);
        var sourceRowBytes = checked((int)tensor.Source.RowBytes);
        var targetRowBytes = checked((int)tensor.Target.RowBytes);
        var rows = destination.Length / targetRowBytes;
        var slabRows = Math.Clamp(SlabElements / columns, 1, Math.Max(1, rows));
        var isFloat = tensor.Source.Type == TensorType.F32;
        var sourceBuffer = ArrayPool<byte>.Shared.Rent(checked(slabRows * sourceRowBytes));
        var floatBuffer = isFloat ? [] : ArrayPool<float>.Shared.Rent(checked(slabRows * columns));
        try
        {
            for (var row = 0; row < rows; row += slabRows)
            {
                var count = Math.Min(slabRows, rows - row);
                var source = sourceBuffer.AsSpan(0, count * sourceRowBytes);
                _source.ReadRows(tensor.SourceIndex, firstRow + row, source);
                RequireValidSource(tensor, source);

                var floats = isFloat ? MemoryMarshal.Cast<byte, float>(source) : floatBuffer.AsSpan(0, count * columns);
                if (!isFloat)
                {
                    RowKernels.Dequantize(tensor.Source.Type, source, floats);
                }

                var target = destination.Slice(row * targetRowBytes, count * targetRowBytes);
                RowKernels.Quantize(tensor.Target.Type, floats, [], target);
                RequireValidTarget(tensor, target);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(sourceBuffer);
            if (!isFloat)
            {
                ArrayPool<float>.Shared.Return(floatBuffer);
            }
        }
    }

    private static void RequireValidSource(PlannedTensor tensor, ReadOnlySpan<byte> data)
    {
        // Integers are always valid; data of a type without validation is only ever copied.
        if (RowValidation.CanValidate(tensor.Source.Type) && RowValidation.FindInvalid(tensor.Source.Type, data) >= 0)
        {
            throw new GgufException($"Cannot quantize '{tensor.Source.Name}': the tensor has invalid data, infinities or NaN.");
        }
    }

    private static void RequireValidTarget(PlannedTensor tensor, ReadOnlySpan<byte> data)
    {
        if (RowValidation.FindInvalid(tensor.Target.Type, data) >= 0)
        {
            throw new GgufException(
                $"Cannot quantize '{tensor.Target.Name}' to {tensor.Target.Type.GgmlName}: its values are too large, the result has infinities or NaN.");
        }
    }
}
