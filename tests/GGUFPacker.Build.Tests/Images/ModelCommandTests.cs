using GGUFPacker.Build.Images;

namespace GGUFPacker.Build.Tests.Images;

public sealed class ModelCommandTests
{
    [Fact]
    public void Files_are_named_by_their_options()
    {
        var command = new ModelCommand([
            "--lora", "a.gguf", "-m", "first.gguf", "--mmproj", "p.gguf", "-m", "", "--model", "last.gguf", "--lora-scaled", "b.gguf", "0.5", "-md", "d.gguf",
            "--control-vector-scaled", "", "1", "--control-vector", "a.gguf", "--alias", "-m"]);

        Assert.Equal(
            ["Model last.gguf 9", "Drafter d.gguf 14", "Projector p.gguf 5", "Adapter a.gguf 1", "Adapter b.gguf 11", "Adapter a.gguf 19"],
            command.Files.Select(file => $"{file.Kind} {file.Value} {file.Index}"));
    }

    [Theory]
    [InlineData("m.gguf", "/m.gguf")]
    [InlineData("/a//b/./m.gguf", "/a/b/m.gguf")]
    [InlineData("a/../../m.gguf", "/m.gguf")]
    [InlineData("", "/")]
    public void Paths_begin_at_the_images_root(string value, string expected) => Assert.Equal(expected, ModelCommand.PathInImage(value));
}
