using GGUFPacker.Oci.Layers;

namespace GGUFPacker.Oci.Tests.Layers;

public sealed class EntryPathTests
{
    [Theory]
    [InlineData("app/model.gguf", "app/model.gguf")]
    [InlineData("./app//./model.gguf", "app/model.gguf")]
    [InlineData("/app/", "app")]
    [InlineData("./", "")]
    [InlineData("a/..b/c..", "a/..b/c..")]
    public void Normalize_gives_the_one_form(string path, string normal) => Assert.Equal(normal, EntryPath.Normalize(path));

    [Theory]
    [InlineData("../etc/passwd")]
    [InlineData("app/../../etc")]
    [InlineData("app/..")]
    [InlineData("a\0b")]
    public void Normalize_refuses_what_climbs_out(string path) => Assert.Throws<LayerException>(() => EntryPath.Normalize(path));

    [Fact]
    public void Normalize_refuses_endless_paths() => Assert.Throws<LayerException>(() => EntryPath.Normalize(new string('a', 5000)));

    [Fact]
    public void ToLocal_stays_below_the_directory()
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetTempPath(), "root"));
        Assert.Equal(Path.Combine(root, "app", "m.gguf"), EntryPath.ToLocal(root, "/app/m.gguf"));
        Assert.Throws<LayerException>(() => EntryPath.ToLocal(root, "../root2/m.gguf"));
    }

    [Theory]
    [InlineData("app/model.gguf", true)]
    [InlineData("console/com10.txt", true)]
    [InlineData("a/con", false)]
    [InlineData("NUL.tar.gz", false)]
    [InlineData("Com1.txt", false)]
    [InlineData("aux /x", false)]
    [InlineData("a:b", false)]
    [InlineData("what?", false)]
    [InlineData("dot.", false)]
    [InlineData("tab\tx", false)]
    public void Names_of_Windows_are_known(string path, bool possible) => Assert.Equal(possible, EntryPath.IsWindowsPath(path));
}
