using System.Formats.Tar;
using System.Text.Json;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layouts;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Tests.Registry;
using GGUFPacker.Testing;

namespace GGUFPacker.Oci.Tests.Layouts;

[ReadsGoldens]
public sealed class LayoutTests : RegistryTestBase
{
    private static readonly ImageReference s_reference = ImageReference.Parse("localhost:5000/team/model:Q4_K_M");

    [Theory]
    [InlineData("layout")]
    [InlineData("layout.tar")]
    public async Task Image_goes_through_a_layout(string name)
    {
        using var directory = new TemporaryDirectory();
        var (first, second) = (MakeImage(), MakeImage(1000, seed: 2));
        LayoutImage[] images = [new(first, s_reference), new(second, null)];
        await WriteAsync(directory[name], images);
        await WriteAsync(directory[name], images);
        Assert.DoesNotContain(Directory.EnumerateFiles(directory.FullName, "*.tmp", SearchOption.AllDirectories), _ => true);

        var read = await new LayoutReader(Other).ReadAsync(directory[name], Token);
        Assert.Equal([first.Digest, second.Digest], read.Select(i => i.Manifest.Digest));
        Assert.Equal(s_reference, read[0].Reference);
        Assert.Null(read[1].Reference);
        foreach (var image in read)
        {
            Other.Tags.Set(s_reference, image.Manifest);
            AssertPulled(s_reference, image.Manifest);
        }
    }

    [Fact]
    public async Task Archive_is_reproducible_and_docker_finds_its_way()
    {
        using var directory = new TemporaryDirectory();
        var manifest = MakeImage();
        await WriteAsync(directory["a.tar"], new LayoutImage(manifest, s_reference));
        await WriteAsync(directory["b.tar"], new LayoutImage(manifest, s_reference));
        Assert.Equal(await File.ReadAllBytesAsync(directory["a.tar"], Token), await File.ReadAllBytesAsync(directory["b.tar"], Token));

        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        await using var reader = new TarReader(File.OpenRead(directory["a.tar"]));
        while (await reader.GetNextEntryAsync(cancellationToken: Token) is { } entry)
        {
            var bytes = new MemoryStream();
            await (entry.DataStream?.CopyToAsync(bytes, Token) ?? Task.CompletedTask);
            files.Add(entry.Name, bytes.ToArray());
        }

        Assert.Equal("""{"imageLayoutVersion":"1.0.0"}"""u8, files["oci-layout"]);
        using var docker = JsonDocument.Parse(files["manifest.json"]);
        Assert.Equal("localhost:5000/team/model:Q4_K_M", docker.RootElement[0].GetProperty("RepoTags")[0].GetString());
        foreach (var path in docker.RootElement[0].GetProperty("Layers").EnumerateArray().Append(docker.RootElement[0].GetProperty("Config")).Select(p =>
            p.GetString()!))
        {
            Assert.Equal(path, "blobs/sha256/" + Digest.Of(files[path]).Hex);
        }
    }

    [Fact]
    public async Task Damaged_layout_is_refused()
    {
        using var directory = new TemporaryDirectory();
        var manifest = MakeImage();
        await WriteAsync(directory["layout"], new LayoutImage(manifest, null));
        var blob = directory["layout", "blobs", "sha256", manifest.Digest.Hex];
        await File.AppendAllTextAsync(blob, " ", Token);
        Assert.Contains("damaged", (await RefusedAsync(directory["layout"])).Message, StringComparison.Ordinal);
        File.Delete(blob);
        Assert.Contains(manifest.Digest.Hex, (await RefusedAsync(directory["layout"])).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(directory["layout", "oci-layout"], """{"imageLayoutVersion":"2.0.0"}""", Token);
        Assert.Contains("'2.0.0'", (await RefusedAsync(directory["layout"])).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(directory["text.tar"], new string('x', 2000), Token);
        Assert.Contains("no archive of an image layout", (await RefusedAsync(directory["text.tar"])).Message, StringComparison.Ordinal);
        await RefusedAsync(directory["nothing.tar"]);
    }

    private Task<ContentException> RefusedAsync(string path) => Assert.ThrowsAsync<ContentException>(() => new LayoutReader(Other).ReadAsync(path, Token));

    private Task WriteAsync(string path, params LayoutImage[] images) =>
        path.EndsWith(".tar", StringComparison.Ordinal)
            ? new LayoutWriter(Store).WriteArchiveAsync(path, [.. images], Token)
            : new LayoutWriter(Store).WriteDirectoryAsync(path, [.. images], Token);
}
