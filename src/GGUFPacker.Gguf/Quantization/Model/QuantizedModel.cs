using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Importance;
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
    private readonly ImportanceMatrix? _importance;

    private QuantizedModel(IGgufModel source, ImportanceMatrix? importance, QuantizationPlan plan)
    {
        (_source, _importance, Plan) = (source, importance, plan);
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
    /// <param name="options">How to quantize; the importance matrix that it names is opened and read once.</param>
    /// <param name="cancellationToken">Stops the reading of the importance matrix.</param>
    /// <exception cref="GgufException">The model cannot be quantized in this way; the message names the key or the tensor.</exception>
    /// <exception cref="IOException">The importance matrix cannot be opened.</exception>
    public static QuantizedModel Create(IGgufModel source, QuantizeOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var importance = options.Imatrix is null ? null : ImportanceMatrix.Open(options.Imatrix, cancellationToken);
        try
        {
            var plan = QuantizationPlan.Create(source, options, importance);
            QuantizationCheck.RequireExecutable(plan, options);
            return new QuantizedModel(source, importance, plan);
        }
        catch
        {
            importance?.Dispose();
            throw;
        }
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
    public void Dispose()
    {
        _importance?.Dispose();
        _source.Dispose();
    }

    private void Quantize(PlannedTensor tensor, long firstRow, Span<byte> destination)
    {
        var columns = checked((int)tensor.Source.Columns);
        var sourceRowBytes = checked((int)tensor.Source.RowBytes);
        var targetRowBytes = checked((int)tensor.Target.RowBytes);
        var rows = destination.Length / targetRowBytes;
        var slabRows = Math.Clamp(SlabElements / columns, 1, Math.Max(1, rows));
        var isFloat = tensor.Source.Type == TensorType.F32;
        var entry = RowKernels.Importance(tensor.Target.Type) == ImportanceUse.Ignored ? null : tensor.Importance;
        var sourceBuffer = ArrayPool<byte>.Shared.Rent(checked(slabRows * sourceRowBytes));
        var floatBuffer = isFloat ? [] : ArrayPool<float>.Shared.Rent(checked(slabRows * columns));
        var weightBuffer = entry is null ? [] : ArrayPool<float>.Shared.Rent(columns);
        try
        {
            var weights = weightBuffer.AsSpan(0, entry is null ? 0 : columns);
            var expert = -1L;
            for (var row = 0; row < rows;)
            {
                var count = Math.Min(slabRows, rows - row);
                if (entry is not null)
                {
                    // The rows of an expert, ne[1] of them, share their weights; a slab ends with its expert.
                    var (quotient, remainder) = Math.DivRem(firstRow + row, tensor.Source.Shape[1]);
                    count = (int)Math.Min(count, tensor.Source.Shape[1] - remainder);
                    if (quotient != expert)
                    {
                        expert = quotient;
                        _importance!.Read(entry, expert * columns, weights);
                    }
                }

                var source = sourceBuffer.AsSpan(0, count * sourceRowBytes);
                _source.ReadRows(tensor.SourceIndex, firstRow + row, source);
                RequireValidSource(tensor, source);

                var floats = isFloat ? MemoryMarshal.Cast<byte, float>(source) : floatBuffer.AsSpan(0, count * columns);
                if (!isFloat)
                {
                    RowKernels.Dequantize(tensor.Source.Type, source, floats);
                }

                var target = destination.Slice(row * targetRowBytes, count * targetRowBytes);
                Quantize(tensor, floats, weights, target);
                RequireValidTarget(tensor, target);
                row += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(sourceBuffer);
            if (!isFloat)
            {
                ArrayPool<float>.Shared.Return(floatBuffer);
            }

            if (entry is not null)
            {
                ArrayPool<float>.Shared.Return(weightBuffer);
            }
        }
    }

    private static void Quantize(PlannedTensor tensor, ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> target)
    {
        try
        {
            RowKernels.Quantize(tensor.Target.Type, source, importance, target);
        }
        catch (ArithmeticException error)
        {
            throw new GgufException($"Cannot quantize '{tensor.Target.Name}' to {tensor.Target.Type.GgmlName}: {error.Message}", error);
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
