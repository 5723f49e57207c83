using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using GGUFPacker.Build.Embedded;
using GGUFPacker.Build.Engine;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Embedded;

/// <summary>CONVERT's classes through the engine: the files are those of llama.cpp's scripts.</summary>
public sealed class ConvertClassTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("lora")]
    [InlineData("adapter")]
    public Task An_adapter_is_converted_on_a_base_of_the_stage(string className) => AssertBuildsAsync("lora-llama.f32", $"""
        FROM scratch AS adapter
        COPY --from=models lora-llama/base /base
        CONVERT --from=models --class={className} --base=/base --type=f32 lora-llama/adapter /lora.gguf
        FROM scratch
        COPY --from=adapter lora.gguf /lora.gguf
        """);

    [Fact]
    public Task A_projector_is_converted_from_the_same_checkpoint_as_the_model() => AssertBuildsAsync("mm-gemma3.f16", """
        FROM scratch
        CONVERT --from=models --class=mmproj --type=f16 mm-gemma3 /mmproj.gguf
        """);

    [Fact]
    public async Task A_base_that_is_not_in_the_stage_is_told()
    {
        var error = await Assert.ThrowsAsync<BuildException>(() => BuildAsync("""
            FROM scratch
            CONVERT --from=models --class=lora --base=/nowhere --type=f32 lora-llama/adapter /lora.gguf
            """));

        Assert.Contains("/nowhere", Assert.Single(error.Diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drafter_takes_its_tokenizer_from_a_base_of_the_stage()
    {
        const string Config = """
            {"architectures":["DFlashDraftModel"],"model_type":"qwen3","vocab_size":288,"hidden_size":4,"num_hidden_layers":1,"num_attention_heads":2,
             "dflash_config":{"mask_token_id":7,"target_layer_ids":[0]}}
            """;
        const string Header = """{"fc.weight":{"dtype":"F32","shape":[4,12],"data_offsets":[0,192]}}""";
        _directory.Write("drafter/config.json", Config);
        File.WriteAllBytes(Path.Combine(_directory.Path, "drafter", "model.safetensors"), [.. BitConverter.GetBytes((long)Header.Length), .. Encoding.UTF8.GetBytes(Header), .. new byte[192]]);

        var error = await Assert.ThrowsAsync<BuildException>(() => BuildAsync("""
            FROM scratch
            CONVERT --from=context drafter /drafter.gguf
            """));
        Assert.Contains("--base", Assert.Single(error.Diagnostics).Message, StringComparison.Ordinal);
        await BuildAsync("""
            FROM scratch AS made
            COPY --from=models ct-both /target
            CONVERT --from=context --base=/target --pre-tokenizer=llama-bpe drafter /drafter.gguf
            FROM scratch
            COPY --from=made drafter.gguf /
            """);
    }

    private async Task AssertBuildsAsync(string golden, string text)
    {
        using var expected = JsonDocument.Parse(File.ReadAllBytes(Goldens.InRepository("convert", "expected", $"{golden}.json")));
        Assert.Equal(expected.RootElement.GetProperty("file").GetProperty("sha256").GetString(), await BuildAsync(text));
    }

    private async Task<string> BuildAsync(string text)
    {
        using var store = ContentStore.Open(Path.Combine(_directory.Path, "store"));
        var request = new BuildRequest
        {
            PackerfilePath = _directory.Write("GGUFPackerfile", text),
            ContextDirectory = _directory.Path,
            NamedContexts = ImmutableDictionary<string, string>.Empty.Add("models", Goldens.InRepository("convert", "models")),
        };
        var result = await new EmbeddedBuildEngine(store).BuildAsync(request, null, TestContext.Current.CancellationToken);
        return Assert.Single(result.Images[0].Files).Digest.Hex;
    }
}
