using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tests.Safetensors;

namespace GGUFPacker.Conversion.Tests.Checkpoints;

public sealed class CheckpointWeightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Without_an_index_all_model_files_are_opened_in_the_order_of_their_names()
    {
        foreach (var name in new[] { "model-2.safetensors", "model-1.safetensors", "other.safetensors", "sub/model.safetensors", "model.bin" })
        {
            _folder.Write(name, Tensor("x"));
        }

        using var checkpoint = CheckpointWeights.Open(_folder.Files);

        Assert.Equal(["model-1.safetensors", "model-2.safetensors"], checkpoint.Files.Select(file => file.Name));
    }

    [Fact]
    public void A_file_that_the_index_does_not_name_is_not_read()
    {
        _folder.Write("model-1.safetensors", Tensor("a")).Write("model-2.safetensors", "broken").Write("model.safetensors.index.json", """{"weight_map":{"a":"model-1.safetensors"}}""");

        using var checkpoint = CheckpointWeights.Open(_folder.Files);

        Assert.Equal(["model-1.safetensors"], checkpoint.Files.Select(file => file.Name));
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"model-1.safetensors","b":"model-1.safetensors"}}""", "Only in the index: b")]
    [InlineData("""{"weight_map":{"b":"model-1.safetensors"}}""", "Only in the files: a")]
    [InlineData("""{"weight_map":{"a":"model-9.safetensors"}}""", "'model-9.safetensors', which is missing")]
    [InlineData("""{"weight_map":{"a":"../model-1.safetensors"}}""", "which is missing")]
    [InlineData("""{"weight_map":{"a":7}}""", "is not a string")]
    [InlineData("""{"weight_map":[]}""", "has no object 'weight_map'")]
    [InlineData("""{}""", "has no object 'weight_map'")]
    [InlineData("""[]""", "no JSON object")]
    [InlineData("""{"weight_map":""", "not valid JSON")]
    public void An_index_that_does_not_fit_is_refused(string index, string message)
    {
        _folder.Write("model-1.safetensors", Tensor("a")).Write("model.safetensors.index.json", index);

        Assert.Contains(message, Assert.Throws<CheckpointException>(() => CheckpointWeights.Open(_folder.Files)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pytorch_files_are_read_only_if_there_are_no_safetensors()
    {
        _folder.Write("pytorch_model.bin", "PK");
        Assert.Contains("no zip archive", Assert.Throws<CheckpointException>(() => CheckpointWeights.Open(_folder.Files)).Message, StringComparison.Ordinal);

        _folder.Write("model.safetensors", Tensor("a"));

        using var checkpoint = CheckpointWeights.Open(_folder.Files);
        Assert.Equal(["model.safetensors"], checkpoint.Files.Select(file => file.Name));
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Tensor(string name) => SafetensorsBytes.Of($$$"""{"{{{name}}}":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1);
}
