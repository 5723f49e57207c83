using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using GGUFPacker.Build.Images;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Oci.Content;
using GGUFPacker.Packerfile.Instructions;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Images;

/// <summary>Headers out of configs.</summary>
public sealed class ModelFileHeaderTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> Files => [.. Goldens.Files("packer/gguf", "*.gguf").Select(path => Path.GetFileName(path))];

    [Theory]
    [GoldenData(nameof(Files))]
    public async Task A_config_has_the_header_of_its_file(string name)
    {
        var path = Goldens.Path("packer", "gguf", name);
        using var file = GgufFile.Open(path);
        var opened = 0;

        var header = await ReadAsync(file, (_, _) =>
        {
            opened++;
            return Task.FromResult<Stream?>(File.OpenRead(path));
        });

        Assert.Equal(Text(file.Tensors), Text(header.Tensors));
        var expected = file.Metadata.Where(entry => entry.Value.Type != GgufValueType.Array || IsArchitecture(entry)).Select(Text);
        Assert.Equal(expected, header.Metadata.Where(entry => entry.Value.Type != GgufValueType.Array || IsArchitecture(entry)).Select(Text));
        Assert.Equal(file.Metadata["tokenizer.ggml.tokens"]?.Count, header.Metadata["tokenizer.ggml.tokens"]?.Count);
        Assert.Equal(file.Metadata.Any(IsArchitecture) ? 1 : 0, opened);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Arrays_of_the_architecture_are_read_from_the_file(bool bigEndian)
    {
        var (metadata, tensors) = TestModels.Llama(3, 256, 32, TensorType.F16, keys => keys
            .Set("llama.attention.head_count_kv", GgufValue.OfArray([1, 2, 3]))
            .Set("llama.flags", GgufValue.OfArray([true, false, true]))
            .Set("llama.wide", GgufValue.OfArray([1L << 40, 2L]))
            .Set("llama.words", GgufValue.OfStrings(["a"])));
        var layout = GgufLayout.Create(metadata, [.. tensors], bigEndian);
        var path = Path.Combine(_directory.Path, "a.gguf");
        await File.WriteAllBytesAsync(path, [.. layout.Header.Span, .. new byte[layout.TotalBytes - layout.Header.Length]], TestContext.Current.CancellationToken);
        using var file = GgufFile.Open(path);
        var asked = new List<string>();

        var header = await ReadAsync(file, (wanted, _) =>
        {
            asked.Add(wanted);
            return Task.FromResult<Stream?>(File.OpenRead(path));
        });

        Assert.True(header.Metadata["llama.attention.head_count_kv"]!.TryGetArray<int>(out var heads));
        Assert.Equal([1, 2, 3], heads.ToArray());
        Assert.True(header.Metadata["llama.flags"]!.TryGetArray<bool>(out var flags));
        Assert.Equal([true, false, true], flags.ToArray());
        Assert.True(header.Metadata["llama.wide"]!.TryGetArray<long>(out var wide));
        Assert.Equal([1L << 40, 2L], wide.ToArray());
        Assert.Equal(["/dir/a.gguf"], asked);
    }

    [Fact]
    public async Task A_file_that_is_another_one_is_refused()
    {
        var (metadata, tensors) = TestModels.Llama(3, 256, 32, TensorType.F16, keys => keys.Set("llama.attention.head_count_kv", GgufValue.OfArray([1, 2, 3])));
        var path = Path.Combine(_directory.Path, "a.gguf");
        await File.WriteAllBytesAsync(path, TestModels.FileOf(metadata, tensors) is var sparse ? sparse.Read(0, sparse.Length) : [], TestContext.Current.CancellationToken);
        using var file = GgufFile.Open(path);

        await Assert.ThrowsAsync<ContentException>(() => ReadAsync(file, (_, _) => Task.FromResult<Stream?>(new MemoryStream(new byte[100_000]))));
        await Assert.ThrowsAsync<ContentException>(() => ReadAsync(file, (_, _) => Task.FromResult<Stream?>(new MemoryStream(new byte[10]))));
        await Assert.ThrowsAsync<ContentException>(() => ReadAsync(file, (_, _) => Task.FromResult<Stream?>(null)));
    }

    [Theory]
    [InlineData("""{"tensorInfos":[]}""")]
    [InlineData("""{"header":{"version":3},"tensorInfos":[]}""")]
    [InlineData("""{"header":{"version":3,"metadataKV":[{"key":"a","valueType":99,"value":1}]},"tensorInfos":[]}""")]
    [InlineData("""{"header":{"version":3,"metadataKV":[{"key":"a","valueType":4,"value":-1}]},"tensorInfos":[]}""")]
    [InlineData("""{"header":{"version":3,"metadataKV":[{"key":"a","valueType":4,"value":1},{"key":"a","valueType":4,"value":1}]},"tensorInfos":[]}""")]
    [InlineData("""{"header":{"version":3,"metadataKV":[{"key":"tokenizer.ggml.tokens","valueType":9,"value":{"type":8,"len":9000000000,"startOffset":1,"size":1}}]},"tensorInfos":[]}""")]
    [InlineData("""{"header":{"version":3,"metadataKV":[{"key":"llama.a","valueType":9,"value":{"type":4,"len":9000000,"startOffset":1,"size":1}}]},"tensorInfos":[]}""")]
    [InlineData("""{"header":{"version":3,"metadataKV":[{"key":"llama.a","valueType":9,"value":{"type":4,"len":1,"startOffset":-1,"size":1}}]},"tensorInfos":[]}""")]
    [InlineData("""{"header":{"version":3,"metadataKV":null},"tensorInfos":[{"name":"a","type":999,"dimensions":[1]}]}""")]
    [InlineData("""{"header":{"version":3,"metadataKV":null},"tensorInfos":[{"name":"a","type":0,"dimensions":[1,1,1,1,1]}]}""")]
    [InlineData("""{"header":{"version":3,"metadataKV":null},"tensorInfos":[{"name":"a","type":0,"dimensions":[9000000000,9000000000,9000000000]}]}""")]
    [InlineData("""{"header":{"version":3,"metadataKV":null},"tensorInfos":[{"name":"a","type":2,"dimensions":[33]}]}""")]
    [InlineData("""{"header":{"version":3,"metadataKV":null},"size":100,"tensorInfos":[{"name":"a","type":0,"dimensions":[1000]}]}""")]
    public async Task A_description_that_cannot_be_is_refused(string gguf)
    {
        var config = ModelImageConfig.Parse(Encoding.UTF8.GetBytes(
            $$$"""{"architecture":"amd64","os":"linux","config":{"Model":{"GGUF":{{{gguf}}}}},"rootfs":{"type":"layers","diff_ids":[]} }"""));

        await Assert.ThrowsAsync<ContentException>(
            () => ModelFileHeader.ReadAsync(config.Model!, (_, _) => Task.FromResult<Stream?>(null), TestContext.Current.CancellationToken));
    }

    public void Dispose() => _directory.Dispose();

    private static Task<ModelFileHeader> ReadAsync(GgufFile file, Func<string, CancellationToken, Task<Stream?>> open)
    {
        var described = ModelFile.Describe(file, new CommandFile(CommandFileKind.Model, "dir/a.gguf", 1));
        return ModelFileHeader.ReadAsync(described, open, TestContext.Current.CancellationToken);
    }

    private static bool IsArchitecture(KeyValuePair<string, GgufValue> entry) =>
        entry.Value.Type == GgufValueType.Array && entry.Value.ElementType is not (GgufValueType.String or GgufValueType.Array)
        && !entry.Key.StartsWith("tokenizer.", StringComparison.Ordinal) && !entry.Key.StartsWith("general.", StringComparison.Ordinal);

    // As the config has it: strings without white space at their ends.
    private static string Text(KeyValuePair<string, GgufValue> entry) => $"{entry.Key.Trim()} {entry.Value.Type} {entry.Value.Count} {entry.Value.AsString()?.Trim() ?? (entry.Value.TryGetInteger(out var number) ? number.ToString(System.Globalization.CultureInfo.InvariantCulture) : "")}";

    private static IEnumerable<string> Text(IEnumerable<TensorInfo> tensors) => tensors.Select(tensor => $"{tensor.Name.Trim()} {tensor.Type} {string.Join('x', tensor.Shape)}");
}
