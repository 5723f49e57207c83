using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Tests;

public sealed class TensorTypesTests
{
    [Fact]
    public void Every_type_has_traits_and_is_found_by_its_name()
    {
        foreach (var type in Enum.GetValues<TensorType>())
        {
            Assert.True(type.IsKnown);
            Assert.True(TensorTypes.TryParse(type.ToString(), out var parsed));
            Assert.Equal(type, parsed);
        }
    }

    [Fact]
    public void A_row_that_is_no_whole_number_of_blocks_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => TensorType.Q4_K.RowBytes(255));
        Assert.Contains("255", error.Message, StringComparison.Ordinal);
    }
}
