using System.Text.Json;
using System.Xml.Linq;
using GGUFPacker.Cli.Running;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Hub;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Cli.Tests.Estimates;

public sealed class EstimateCommandTests : IDisposable
{
    private readonly CliRunner _cli = new();

    [Fact]
    public async Task A_40_GB_model_of_a_registry_costs_its_config()
    {
        using var registry = new LoopbackRegistry();
        var (metadata, tensors) = TestModels.Llama(80, 8192, 150_000, TensorType.Q4_0);
        var bytes = LargeImage.AddTo(registry, "team/large", "1", metadata, tensors, _cli.Directory, "-c", "4096", "-ngl", "20");
        Assert.True(bytes > 40e9, $"{bytes}");

        using var json = await JsonAsync($"{registry.Host}/team/large:1");

        Assert.True(registry.BytesSent < 1_000_000, $"{registry.BytesSent} bytes moved");
        Assert.Equal((4096, 20), (json.RootElement.GetProperty("contextSize").GetInt32(), Row(json).GetProperty("offloadLayers").GetInt32()));
        Assert.DoesNotContain(registry.Requests, request => request.Path.Contains("/blobs/", StringComparison.Ordinal) && request.Header("Range") is not null);
        Assert.False(Directory.Exists(_cli.StorePath));
    }

    [Fact]
    public async Task An_array_that_the_config_lacks_is_read_from_the_layer()
    {
        using var registry = new LoopbackRegistry();
        var (metadata, tensors) = TestModels.Llama(80, 8192, 150_000, TensorType.Q4_0, keys => keys
            .Set("llama.attention.head_count_kv", GgufValue.OfArray(Enumerable.Repeat(32, 80).ToArray())));
        LargeImage.AddTo(registry, "team/large", "1", metadata, tensors, _cli.Directory, "-c", "4096");
        LargeImage.AddTo(registry, "team/plain", "1", TestModels.Llama(80, 8192, 150_000, TensorType.Q4_0).Metadata, tensors, _cli.Directory, "-c", "4096");

        using var json = await JsonAsync($"{registry.Host}/team/large:1");

        Assert.True(registry.BytesSent < 1_000_000, $"{registry.BytesSent} bytes moved");
        Assert.Equal(80L * 4096 * 2 * 32 * 64 * 2, Row(json).GetProperty("vrams")[0].GetProperty("kv").GetInt64());
    }

    [Fact]
    public async Task A_hub_and_the_web_cost_a_header()
    {
        var (metadata, tensors) = TestModels.Llama(60, 8192, 200_000, TensorType.Q4_0);
        var file = TestModels.FileOf(metadata, tensors);
        using var hub = new LoopbackHub();
        hub.Add("team/large-GGUF", "large-Q4_0.gguf", file);
        hub.Add("team/large-GGUF", "large-Q8_0.gguf", file);
        _cli.Variables["HF_ENDPOINT"] = hub.Endpoint;

        using var ofHub = await JsonAsync("hf://team/large-GGUF:Q4_0");
        Assert.True(hub.BytesSent < 32 << 20, $"{hub.BytesSent} bytes moved");

        using var server = new LoopbackServer(request => LoopbackResponse.Ranged(request, file));
        using var ofWeb = await JsonAsync($"http://{server.Host}/large.gguf");
        Assert.True(server.BytesSent < 32 << 20, $"{server.BytesSent} bytes moved");

        Assert.Equal(Row(ofHub).GetProperty("vrams").ToString(), Row(ofWeb).GetProperty("vrams").ToString());

        var several = await _cli.RunAsync("estimate", "hf://team/large-GGUF");
        Assert.Equal(ExitCode.Failure, several.ExitCode);
        Assert.Contains("large-Q4_0.gguf, large-Q8_0.gguf", several.Error, StringComparison.Ordinal);
        using var named = await JsonAsync("hf://team/large-GGUF", "--file", "large-Q8_0.gguf");
    }

    [Fact]
    public async Task What_CMD_says_counts_and_flags_count_more()
    {
        using var registry = new LoopbackRegistry();
        var (metadata, tensors) = TestModels.Llama(4, 256, 1000, TensorType.F16);
        LargeImage.AddTo(
            registry, "team/small", "1", metadata, tensors, _cli.Directory,
            "-c", "1024", "-b", "256", "-ub", "64", "-np", "2", "-ctk", "q8_0", "-ctv", "q4_0", "-nkvo", "--no-mmap", "-ngl", "2", "-fa", "on", "-ts", "1,1");
        var image = $"{registry.Host}/team/small:1";

        using var asItIs = await JsonAsync(image);
        var resolved = Row(asItIs).GetProperty("resolved");
        Assert.Equal("1024 512 256 64 2 2", string.Join(' ', new[] { "n_ctx", "n_ctx_seq", "n_batch", "n_ubatch", "n_seq", "n_gpu_layers" }.Select(name => resolved.GetProperty(name))));
        Assert.True(resolved.GetProperty("flash_attention").GetBoolean() && asItIs.RootElement.GetProperty("noMMap").GetBoolean());
        Assert.Equal(2, Row(asItIs).GetProperty("vrams").GetArrayLength());
        Assert.Equal(0, Row(asItIs).GetProperty("vrams")[0].GetProperty("kv").GetInt64());

        using var overridden = await JsonAsync(
            image, "-c", "2048", "--batch-size", "512", "--ubatch-size", "128", "--parallel", "1", "--gpu-layers", "5", "--tensor-split", "1", "--", "-kvo", "-ctv", "q8_0");
        resolved = Row(overridden).GetProperty("resolved");
        Assert.Equal("2048 2048 512 128 1 5", string.Join(' ', new[] { "n_ctx", "n_ctx_seq", "n_batch", "n_ubatch", "n_seq", "n_gpu_layers" }.Select(name => resolved.GetProperty(name))));
        Assert.True(Row(overridden).GetProperty("vrams")[0].GetProperty("kv").GetInt64() > 0);
    }

    [Fact]
    public async Task Adapters_of_one_argument_count_each()
    {
        foreach (var (name, golden) in new[] { ("m", "tiny-llama.F16"), ("a", "tiny-lora-a"), ("b", "tiny-lora-b") })
        {
            File.Copy(Goldens.InRepository("packer", "gguf", $"{golden}.gguf"), _cli[$"{name}.gguf"]);
        }

        _cli.WriteFile("GGUFPackerfile", "FROM scratch\nCOPY m.gguf a.gguf b.gguf /\nCMD [\"-m\", \"m.gguf\", \"--lora-scaled\", \"a.gguf:0.5,b.gguf:1\"]\n");
        (await _cli.RunAsync("build", "-t", "tiny")).Succeeded();

        using var json = await JsonAsync("tiny");

        Assert.Equal(["model", "adapter", "adapter"], Row(json).GetProperty("parts").EnumerateArray().Select(part => part.GetProperty("role").GetString()));
    }

    [Fact]
    public async Task An_image_of_the_store_is_read_there()
    {
        using var registry = new LoopbackRegistry();
        registry.Load(Goldens.Path("packer", "e2e", "registry"));
        var image = $"{registry.Host}/golden/vision:docker";
        (await _cli.RunAsync("pull", image)).Succeeded();
        var before = registry.Requests.Count;

        using var json = await JsonAsync(image);

        Assert.Equal(before, registry.Requests.Count);
        Assert.Equal(["model", "projector"], Row(json).GetProperty("parts").EnumerateArray().Select(part => part.GetProperty("role").GetString()));
    }

    [Fact]
    public async Task A_file_with_files_beside_it()
    {
        var file = Goldens.Path("packer", "gguf", "tiny-llama.Q8_0.gguf");
        using var json = await JsonAsync(
            file, "--mmproj", Goldens.Path("packer", "gguf", "tiny-mmproj.F16.gguf"), "--lora", Goldens.Path("packer", "gguf", "tiny-lora-a.gguf"), "--control-vector", Goldens.Path("packer", "gguf", "tiny-cvec.gguf"),
            "--model-draft", Goldens.Path("packer", "gguf", "tiny-draft.F16.gguf"));

        Assert.Equal(
            ["model", "drafter", "projector", "adapter", "controlVector"], Row(json).GetProperty("parts").EnumerateArray().Select(part => part.GetProperty("role").GetString()));
        var vram = Row(json).GetProperty("vrams")[0];
        Assert.Equal(
            vram.GetProperty("total").GetInt64() - vram.GetProperty("footprint").GetInt64(),
            Row(json).GetProperty("parts").EnumerateArray().Sum(part => part.GetProperty("vrams")[0].GetInt64()));
    }

    [Fact]
    public async Task Several_contexts_have_a_row_each()
    {
        WriteModel(4);
        using var json = await JsonAsync("model.gguf", "--ctx-size", "1024,2048,4096", "--device-metric", "1TFLOPS;50GBps");

        Assert.Equal([1024, 2048, 4096], Rows(json).Select(row => row.GetProperty("resolved").GetProperty("n_ctx").GetInt32()));
        var speeds = Rows(json).Select(row => row.GetProperty("maximumTokensPerSecond").GetDouble()).ToArray();
        Assert.Equal(speeds.OrderDescending(), speeds);

        var table = (await _cli.RunAsync("estimate", "model.gguf", "-c", "1024,2048", "--chart", "--devices", "1GiB")).Succeeded().Output;
        Assert.Contains("of 1 GiB (", table, StringComparison.Ordinal);
        Assert.Contains("█ weights", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_fit_fails_with_the_ways_out()
    {
        WriteModel(8);
        var result = await _cli.RunAsync("estimate", "model.gguf", "--max-vram", "280MiB");

        Assert.Equal(ExitCode.Failure, result.ExitCode);
        Assert.Contains("of VRAM; there are 280 MiB.", result.Error, StringComparison.Ordinal);
        Assert.Contains("It fits with --ctx-size ", result.Error, StringComparison.Ordinal);
        var context = result.Error.Split("--ctx-size ")[1].Split(':')[0];
        (await _cli.RunAsync("estimate", "model.gguf", "--max-vram", "280MiB", "--ctx-size", context)).Succeeded();

        // A device of a size is told of, and no reason to fail.
        var device = (await _cli.RunAsync("estimate", "model.gguf", "--devices", "280MiB")).Succeeded();
        Assert.Contains("of GPU0; there are 280 MiB.", device.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failure, (await _cli.RunAsync("estimate", "model.gguf", "--max-ram", "1MiB")).ExitCode);
    }

    [Fact]
    public async Task What_fits_is_found()
    {
        WriteModel(8);
        using var found = await JsonAsync("model.gguf", "--max-vram", "300MiB", "--fit");
        Assert.True(Row(found).GetProperty("fits").GetBoolean() && Row(found).GetProperty("fullOffloaded").GetBoolean());
        Assert.InRange(Row(found).GetProperty("vrams")[0].GetProperty("total").GetInt64(), 299 << 20, 300 << 20);

        using var layers = await JsonAsync("model.gguf", "--devices", "300MiB", "--fit", "--ctx-size", "32768");
        Assert.Equal(32768, layers.RootElement.GetProperty("contextSize").GetInt32());
        Assert.InRange(Row(layers).GetProperty("offloadLayers").GetInt32(), 1, 8);

        Assert.Equal(ExitCode.Failure, (await _cli.RunAsync("estimate", "model.gguf", "--fit", "--max-ram", "1MiB")).ExitCode);
        Assert.Equal(ExitCode.Usage, (await _cli.RunAsync("estimate", "model.gguf", "--fit")).ExitCode);
    }

    [Fact]
    public async Task This_machine_s_devices_are_those_that_it_has()
    {
        WriteModel(2);
        _cli.Machine = new MachineMemory(64L << 30, 32L << 30, [20L << 30, 10L << 30]);
        using var json = await JsonAsync("model.gguf", "--devices", "local");
        Assert.Equal([32L << 30, 20L << 30, 10L << 30], Row(json).GetProperty("vrams").EnumerateArray().Prepend(Row(json).GetProperty("ram")).Select(device => device.GetProperty("memory").GetInt64()));

        _cli.Machine = new MachineMemory(64L << 30, 32L << 30, []);
        using var host = await JsonAsync("model.gguf", "--devices", "local");
        Assert.Equal(0, Row(host).GetProperty("vrams").GetArrayLength());
    }

    [Fact]
    public async Task Pictures_are_written()
    {
        WriteModel(2);
        (await _cli.RunAsync("estimate", "model.gguf", "--svg", "out/a.svg", "--html", "out/a.html", "--devices", "1GiB,1GiB")).Succeeded();

        Assert.Equal("svg", XDocument.Load(_cli["out", "a.svg"]).Root!.Name.LocalName);
        Assert.Contains("<svg", await File.ReadAllTextAsync(_cli["out", "a.html"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("There is no file", "estimate", "nothing.gguf")]
    [InlineData("takes one SOURCE", "estimate", "model.gguf", "other")]
    [InlineData("--engine is 'vllm'", "estimate", "model.gguf", "--engine", "vllm")]
    [InlineData("--devices has 'big'", "estimate", "model.gguf", "--devices", "big")]
    [InlineData("unknown kind 'npu'", "estimate", "model.gguf", "--devices", "npu:1GiB")]
    [InlineData("3 items for 2 devices", "estimate", "model.gguf", "--devices", "1GiB,1GiB", "--tensor-split", "1,1,1")]
    [InlineData("--max-vram has 'much'", "estimate", "model.gguf", "--max-vram", "much")]
    [InlineData("--cache-type-k is 'q3'", "estimate", "model.gguf", "--cache-type-k", "q3")]
    [InlineData("is no model but a file beside one", "estimate", "lora.gguf")]
    public async Task A_wrong_call_is_told(string message, params string[] arguments)
    {
        WriteModel(1);
        File.Copy(Goldens.Path("packer", "gguf", "tiny-lora-a.gguf"), _cli["lora.gguf"]);

        var result = await _cli.RunAsync(arguments);

        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.OrdinalIgnoreCase);
    }

    public void Dispose() => _cli.Dispose();

    private void WriteModel(int layers)
    {
        var (metadata, tensors) = TestModels.Llama(layers, 256, 1000, TensorType.F16);
        var file = TestModels.FileOf(metadata, tensors);
        File.WriteAllBytes(_cli["model.gguf"], file.Read(0, file.Length));
    }

    private async Task<JsonDocument> JsonAsync(params string[] arguments)
    {
        // Options stand before what is the engine's own.
        var own = Array.IndexOf(arguments, "--") is >= 0 and var at ? at : arguments.Length;
        return JsonDocument.Parse((await _cli.RunAsync(["estimate", .. arguments[..own], "--json", .. arguments[own..]])).Succeeded().Output);
    }

    private static IEnumerable<JsonElement> Rows(JsonDocument json) => json.RootElement.GetProperty("items").EnumerateArray();

    private static JsonElement Row(JsonDocument json) => Assert.Single(Rows(json));
}
