using System.Runtime.Intrinsics;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>
/// The IQ2 and IQ3 types: one block after another, packed by the type's own layout. The vector path is the same for all widths: its vectors of eight
/// are pairs of four where the processor has no wider ones.
/// </summary>
internal sealed class GridKernel(GridScheme scheme, GridLayout layout, ImportanceUse importance) : RowKernel
{
    private const int Length = GridScheme.Length;
    private readonly Lazy<float[]> _values = new(() => PointValues(scheme.Grid, layout));

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
        var values = _values.Value.AsSpan();
        var masks = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128);
        for (; destination.Length >= Length; source = source[layout.BlockBytes..], destination = destination[Length..])
        {
            layout.Unpack(source[..layout.BlockBytes], ref block);
            layout.Scales(block, scales);
            for (var k = 0; k < Length / 8; k++)
            {
                var group = grid.Dimensions == 8
                    ? Vector256.Create<float>(values[(8 * block.Points[k])..])
                    : Vector256.Create(
                        Vector128.Create<float>(values[(4 * block.Points[2 * k])..]), Vector128.Create<float>(values[(4 * block.Points[(2 * k) + 1])..]));
                var isPositive = Vector256.Equals(Vector256.Create((int)block.Signs[k]) & masks, Vector256<int>.Zero);
                var sign = Vector256.ConditionalSelect(isPositive.AsSingle(), Vector256<float>.One, -Vector256<float>.One);
                (Vector256.Create(scales[8 * k / scheme.SubBlockLength]) * group * sign).CopyTo(destination[(8 * k)..]);
            }
        }
    }

    // What the levels of each point stand for.
    private static float[] PointValues(Grid grid, GridLayout layout)
    {
        var values = new float[grid.Points.Length * grid.Dimensions];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = layout.Values[grid.Level(grid.Points[i / grid.Dimensions], i % grid.Dimensions)];
        }

        return values;
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
