using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tests.Tokenizers;

namespace GGUFPacker.Conversion.Tests.Conversions;

public sealed class ModelConversionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_placeholder_in_the_output_s_name_becomes_the_type_that_was_found()
    {
        var paths = await ModelConversion.RunAsync(Files(), Path.Combine(_folder.Path, "m-{ftype}-{OUTTYPE}.gguf"), new ConvertOptions { PreTokenizer = "llama-bpe" });

        Assert.Equal([Path.Combine(_folder.Path, "m-bf16-BF16.gguf")], paths);
        Assert.True(File.Exists(paths[0]));
    }

    [Fact]
    public async Task A_canceled_conversion_leaves_nothing()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ModelConversion.RunAsync(
            Files(), Path.Combine(_folder.Path, "m.gguf"), new ConvertOptions { PreTokenizer = "llama-bpe" }, cancellationToken: source.Token));

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void The_weights_can_be_removed_once_the_model_is_closed()
    {
        _folder.Copy(Files());

        ModelConverter.Open(_folder.Files, new ConvertOptions { PreTokenizer = "llama-bpe" }).Dispose();

        File.Delete(Path.Combine(_folder.Path, "model.safetensors"));
        Assert.DoesNotContain("model.safetensors", _folder.Files.Names);
    }

    [Fact]
    public void An_unknown_architecture_is_told_with_where_to_look()
    {
        _folder.Write("config.json", """{"architectures":["FrobForCausalLM"]}""");

        var exception = Assert.Throws<CheckpointException>(() => ModelConverter.Open(_folder.Files));

        Assert.Contains("FrobForCausalLM", exception.UnsupportedFeature, StringComparison.Ordinal);
        Assert.Contains("convert --list", exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static CheckpointFiles Files()
    {
        var files = GoldenCheckpoint.Open("opt-llama");
        Assert.SkipWhen(files is null, "The checkpoint opt-llama is not in this set of goldens.");
        return files;
    }
}
