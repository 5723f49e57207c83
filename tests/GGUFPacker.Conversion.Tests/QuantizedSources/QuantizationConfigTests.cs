using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.QuantizedSources;

namespace GGUFPacker.Conversion.Tests.QuantizedSources;

public sealed class QuantizationConfigTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("""{}""", null, null, false, false)]
    [InlineData("""{"quantization_config":{"quant_method":"fp8"}}""", null, "fp8", false, false)]
    [InlineData("""{"quantization_config":{"quant_method":"modelopt","quant_algo":"NVFP4"}}""", null, "modelopt", true, false)]
    [InlineData("""{"quantization_config":{"quant_method":"modelopt","quantized_layers":{"a":{"quant_algo":"W4A8_NVFP4"}}}}""", null, "modelopt", true, false)]
    [InlineData("""{"quantization_config":{"quant_method":"compressed-tensors","format":"nvfp4-pack-quantized"}}""", null, "compressed-tensors", true, true)]
    [InlineData("""{"quantization_config":{"quant_method":"compressed-tensors","format":"mixed-precision","config_groups":{"g":{"format":"nvfp4-pack-quantized"}}}}""", null, "compressed-tensors", true, true)]
    [InlineData("""{"quantization_config":{"quant_method":"compressed-tensors","format":"mixed-precision","config_groups":{"g":{"format":"x"}}}}""", null, "compressed-tensors", false, false)]
    [InlineData("""{}""", """{"producer":{"name":"ModelOpt"},"quantization":{"quant_algo":"FP8"}}""", "modelopt", false, false)]
    [InlineData("""{}""", """{"producer":{"name":"modelopt"},"quantization":{"quant_algo":"NVFP4"}}""", "modelopt", true, false)]
    public void Both_files_tell_the_method(string config, string? file, string? method, bool isNvfp4, bool isCompressed)
    {
        if (file is not null)
        {
            _folder.Write("hf_quant_config.json", file);
        }

        var quantization = Load(config);

        Assert.Equal((method, isNvfp4, isCompressed), (quantization.Method, quantization.IsNvfp4, quantization.IsCompressedNvfp4));
    }

    [Theory]
    [InlineData("""{"quant_method":"awq","bits":4}""", "'awq'")]
    [InlineData("""{"quant_method":"bitsandbytes"}""", "'bitsandbytes'")]
    [InlineData("""{"quant_method":"gptq","bits":3}""", "3 bits")]
    [InlineData("""{"quant_method":"mxfp4"}""", "'mxfp4'")]
    [InlineData("""{"quant_method":"compressed-tensors","format":"marlin-24","config_groups":{"g":{"weights":{"strategy":"group"}}}}""", "'marlin-24'")]
    [InlineData("""{"quant_method":"compressed-tensors","format":"int-quantized","config_groups":{"g":{},"h":{}}}""", "2 groups")]
    [InlineData("""{"quant_method":"compressed-tensors","format":"float-quantized","config_groups":{"g":{"weights":{"strategy":"tensor"}}}}""", "'tensor'")]
    public void What_cannot_be_restored_is_refused_by_name(string config, string feature)
    {
        var quantization = Load($$"""{"quantization_config":{{config}}}""");

        Assert.Contains(feature, Assert.Throws<CheckpointException>(() => WeightRestorer.Check(quantization)).UnsupportedFeature, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private QuantizationConfig Load(string json)
    {
        using var document = JsonDocument.Parse(json);
        return QuantizationConfig.Load(
            _folder.Write("config.json", json).Files,
            new ModelConfig(document.RootElement.Clone().EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value))));
    }
}
