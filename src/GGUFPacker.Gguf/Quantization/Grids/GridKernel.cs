namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>
/// The IQ2 and IQ3 types: one block after another, packed by the type's own layout. The vector path is the same for all widths: its vectors of eight
/// are pairs of four where the processor has no wider ones.
/// </summary>
internal sealed class GridKernel(GridScheme scheme, GridLayout layout, ImportanceUse importance) : RowKernel
{
    private const int Length = GridScheme.Length;

    /// <inheritdoc/>
    public override ImportanceUse Importance => importance;

    /// <inheritdoc/>
    public override void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        Quantize(source, importance, destination, isScalar: true);

    /// <inheritdoc/>
    public override void Quantize<TSearch, TRow>(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        Quantize(source, importance, destination, isScalar: false);

    /// <inheritdoc/>
    public override void Dequantize(ReadOnlySpan<byte> source, Span<float> destination)
    {
        var grid = scheme.Grid;
        var block = new GridBlock
        {
            SubScales = stackalloc byte[scheme.SubBlocks],
            Points = stackalloc ushort[Length / grid.Dimensions],
            Signs = stackalloc byte[Length / 8],
        };
        Span<float> scales = stackalloc float[scheme.SubBlocks];
        Span<float> values = stackalloc float[Length];
        for (; destination.Length >= Length; source = source[layout.BlockBytes..], destination = destination[Length..])
        {
            layout.Unpack(source[..layout.BlockBytes], ref block);
            layout.Scales(block, scales);
            for (var k = 0; k < block.Points.Length; k++)
            {
                var code = grid.Points[block.Points[k]];
                for (var i = 0; i < grid.Dimensions; i++)
                {
                    values[(k * grid.Dimensions) + i] = layout.Values[grid.Level(code, i)];
                }
            }

            for (var i = 0; i < Length; i++)
            {
                var sign = (block.Signs[i / 8] & (1 << (i % 8))) != 0 ? -1f : 1f;
                destination[i] = scales[i / scheme.SubBlockLength] * values[i] * sign;
            }
        }
    }

    private void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination, bool isScalar)
    {
        var block = new GridBlock
        {
            SubScales = stackalloc byte[scheme.SubBlocks],
            Points = stackalloc ushort[Length / scheme.Grid.Dimensions],
            Signs = stackalloc byte[Length / 8],
        };
        for (var at = 0; at < source.Length; at += Length, destination = destination[layout.BlockBytes..])
        {
            var weights = importance.IsEmpty ? [] : importance.Slice(at % importance.Length, Length);
            var x = source.Slice(at, Length);
            if (isScalar)
            {
                GridScalar.Quantize(scheme, x, weights, ref block);
            }
            else if (scheme.Grid.Dimensions == 8)
            {
                GridVector<EightDimensions>.Quantize(scheme, x, weights, ref block);
            }
            else
            {
                GridVector<FourDimensions>.Quantize(scheme, x, weights, ref block);
            }

            destination[..layout.BlockBytes].Clear();
            layout.Pack(block, destination[..layout.BlockBytes]);
        }
    }
}
