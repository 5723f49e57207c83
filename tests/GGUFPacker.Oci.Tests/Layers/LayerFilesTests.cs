using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;

namespace GGUFPacker.Oci.Tests.Layers;

public sealed class LayerFilesTests
{
    private static readonly Digest s_one = Digest.Of("1"u8);
    private static readonly Digest s_two = Digest.Of("2"u8);

    [Fact]
    public void Later_layers_replace_and_whiteouts_hide()
    {
        var files = LayerFiles.Flatten(
        [
            Layer(File("a/x", s_one), File("a/y", s_one), File("b/z", s_one), File("c", s_one)),
            Layer(File("a/.wh.x"), File("b/.wh..wh..opq"), File("b/new", s_two), File("c", s_two)),
        ]);
        Assert.Equal(["a", "a/y", "b", "b/new", "c"], files.Keys);
        Assert.Equal(s_two, files["c"].Content);
    }

    [Fact]
    public void Whiteout_hides_only_what_is_below_its_layer()
    {
        var files = LayerFiles.Flatten([Layer(File("a/x", s_one)), Layer(File("a/x", s_two), File("a/.wh..wh..opq"), File("a/.wh.x"))]);
        Assert.Equal(s_two, files["a/x"].Content);
    }

    [Fact]
    public void Whiteout_of_a_directory_hides_all_in_it()
    {
        var files = LayerFiles.Flatten([Layer(File("a/b/x", s_one), File("ab", s_one)), Layer(File(".wh.a"))]);
        Assert.Equal(["ab"], files.Keys);
    }

    [Fact]
    public void File_takes_a_directorys_place_and_the_other_way_round()
    {
        Assert.Equal(["a"], LayerFiles.Flatten([Layer(File("a/x", s_one)), Layer(File("a", s_two))]).Keys);
        var files = LayerFiles.Flatten([Layer(File("a", s_one)), Layer(File("a/x", s_two))]);
        Assert.Equal(LayerEntryKind.Directory, files["a"].Kind);
    }

    [Fact]
    public void Hard_link_is_the_file_of_a_layer_below()
    {
        var link = new LayerEntry("h", LayerEntryKind.HardLink) { LinkTarget = "a/x" };
        Assert.Equal((s_one, LayerEntryKind.File), LayerFiles.Flatten([Layer(File("a/x", s_one)), Layer(link)])["h"] is var e ? (e.Content, e.Kind) : default);
    }

    private static LayerEntry File(string path, Digest content = default) =>
        new(path, LayerEntryKind.File) { Content = content, Size = content.IsEmpty ? 0 : 1 };

    private static LayerRecipe Layer(params LayerEntry[] entries) => new(s_one, 0, [], [.. entries]);
}
