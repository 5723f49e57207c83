using GGUFPacker.Gguf.Quantization.Model;

namespace GGUFPacker.Gguf.Tests.Quantization.Model;

public sealed class LayerPruningTests
{
    [Fact]
    public void Layers_behind_a_pruned_one_move_up()
    {
        var pruning = new LayerPruning([1, 2]);
        string[] names = ["output.weight", "blk.0.a", "blk.1.a", "blk.2.a", "blk.3.a", "blk.3.b", "blk.4.a"];
        Assert.Equal(["output.weight", "blk.0.a", null, null, "blk.1.a", "blk.1.b", "blk.2.a"], names.Select(pruning.Rename));
        Assert.Equal(3, pruning.LayerCount);
    }

    [Fact]
    public void Nothing_to_prune_keeps_every_name()
    {
        var pruning = new LayerPruning([]);
        Assert.False(pruning.IsActive);
        Assert.Equal("blk.7.a", pruning.Rename("blk.7.a"));
    }
}
