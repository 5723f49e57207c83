namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>
/// The sums of weight * x and of weights over a sub-block's sorted elements up to each place, for both groups of eight: an element counts for the group
/// that it lies in.
/// </summary>
internal readonly ref struct IQ1_MSums(Span<float> memory)
{
    /// <summary>The floats between two rows of sums: 17 and what fills up vectors.</summary>
    public const int Stride = 32;

    // The differences of neighbouring values' squares, moved up and down.
    public const float UpFirst = 0.75f;
    public const float UpSecond = -1.25f;
    public const float DownFirst = 1.25f;
    public const float DownSecond = -0.75f;
    private readonly Span<float> _memory = memory;

    /// <summary>Sums of weight * x of one group.</summary>
    public Span<float> X(int group) => _memory.Slice(group * Stride, Stride);

    /// <summary>Sums of weights of one group.</summary>
    public Span<float> W(int group) => _memory.Slice((2 + group) * Stride, Stride);

    /// <summary>Adds up a sub-block.</summary>
    public void Fill(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, ReadOnlySpan<byte> order)
    {
        for (var group = 0; group < 2; group++)
        {
            var sumsX = X(group);
            var sumsW = W(group);
            sumsX[0] = 0;
            sumsW[0] = 0;
            for (var j = 0; j < order.Length; j++)
            {
                var i = order[j];
                var isMember = i / SplitScheme.GroupLength == group;
                sumsX[j + 1] = isMember ? sumsX[j] + (weights[i] * x[i]) : sumsX[j];
                sumsW[j + 1] = isMember ? sumsW[j] + weights[i] : sumsW[j];
            }
        }
    }

    /// <summary>The sums of the least squares with the runs' borders at <paramref name="i1"/> and <paramref name="i2"/>, for the four combinations of shifts.</summary>
    public void Combine(int i1, int i2, Span<float> sumsXQ, Span<float> sumsQ2)
    {
        Combine(0, i1, i2, out var up0, out var down0, out var upSquare0, out var downSquare0);
        Combine(1, i1, i2, out var up1, out var down1, out var upSquare1, out var downSquare1);
        sumsXQ[0] = up0 + up1;
        sumsXQ[1] = up0 + down1;
        sumsXQ[2] = down0 + up1;
        sumsXQ[3] = down0 + down1;
        sumsQ2[0] = upSquare0 + upSquare1;
        sumsQ2[1] = upSquare0 + downSquare1;
        sumsQ2[2] = downSquare0 + upSquare1;
        sumsQ2[3] = downSquare0 + downSquare1;
    }

    private void Combine(int group, int i1, int i2, out float up, out float down, out float upSquare, out float downSquare)
    {
        var upper = SplitScheme.Up[2];
        var lower = SplitScheme.Down[2];
        var x = X(group);
        var w = W(group);
        var sum = x[i1] + x[i2];
        var total = w[IQ1_MScalar.SubBlockLength];
        up = (x[IQ1_MScalar.SubBlockLength] * upper) - sum;
        down = (x[IQ1_MScalar.SubBlockLength] * lower) - sum;
        upSquare = (total * upper * upper) + (w[i1] * UpFirst) + (w[i2] * UpSecond);
        downSquare = (total * lower * lower) + (w[i1] * DownFirst) + (w[i2] * DownSecond);
    }
}
