using GGUFPacker.Gguf.Quantization.NonLinear;

namespace GGUFPacker.Gguf.Tests.Quantization;

public sealed class NonLinearCodesTests
{
    // Numbers at and beside every value and every middle between two, and far away.
    private static readonly float[] Numbers =
    [
        .. Enumerable.Range(0, 16).Select(k => NonLinearCodes.Values[k]).Concat(Enumerable.Range(0, 15).Select(k => NonLinearCodes.Boundaries[k]))
            .SelectMany(number => Enumerable.Range(-40, 81).Select(distance => BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(number) + distance))),
        .. Enumerable.Range(-260, 521).Select(half => half / 2f),
        0f, -0f, 1e-40f, -1e-40f, 1e30f, -1e30f, float.PositiveInfinity, float.NegativeInfinity, float.NaN,
    ];

    [Fact]
    public void The_boundaries_give_the_codes_of_the_binary_search_over_values()
    {
        foreach (var number in Numbers)
        {
            Assert.Equal(Search(number), NonLinearCodes.Nearest(number));
        }
    }

    // What ggml does.
    private static int Search(float x)
    {
        var values = NonLinearCodes.Values;
        if (x <= values[0])
        {
            return 0;
        }

        if (x >= values[15])
        {
            return 15;
        }

        int low = 0, high = 15;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (x < values[middle])
            {
                high = middle;
            }
            else
            {
                low = middle;
            }
        }

        return x - values[high - 1] < values[high] - x ? high - 1 : high;
    }
}
