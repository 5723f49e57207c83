using System.Runtime.Intrinsics;

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
        Span<float> first = X(0), second = X(1), firstW = W(0), secondW = W(1);
        first[0] = second[0] = firstW[0] = secondW[0] = 0;
        var sums = Vector128<float>.Zero;
        for (var j = 0; j < order.Length; j++)
        {
            var i = order[j];
            var isSecond = Vector128.Create(-(i / SplitScheme.GroupLength)).AsSingle();
            var isMember = Vector128.Xor(isSecond, Vector128.Create(-1, 0, -1, 0).AsSingle());
            var product = weights[i] * x[i];
            sums = Vector128.ConditionalSelect(isMember, sums + Vector128.Create(product, product, weights[i], weights[i]), sums);
            first[j + 1] = sums.ToScalar();
            second[j + 1] = sums.GetElement(1);
            firstW[j + 1] = sums.GetElement(2);
            secondW[j + 1] = sums.GetElement(3);
        }
    }

    /// <summary>Keeps a split, with one of the four combinations of shifts, if it is better than the best so far.</summary>
    public bool TryImprove(int i1, int i2, ref float best, ref float scale, ref int combination)
    {
        Combine(0, i1, i2, out var up0, out var down0, out var upSquare0, out var downSquare0);
        Combine(1, i1, i2, out var up1, out var down1, out var upSquare1, out var downSquare1);
        var isBetter = false;
        for (var k = 0; k < 4; k++)
        {
            var sumXQ = ((k & 2) == 0 ? up0 : down0) + ((k & 1) == 0 ? up1 : down1);
            var sumQ2 = ((k & 2) == 0 ? upSquare0 : downSquare0) + ((k & 1) == 0 ? upSquare1 : downSquare1);
            if (sumQ2 > 0 && sumXQ * sumXQ > best * sumQ2)
            {
                scale = sumXQ / sumQ2;
                best = scale * sumXQ;
                combination = k;
                isBetter = true;
            }
        }

        return isBetter;
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
