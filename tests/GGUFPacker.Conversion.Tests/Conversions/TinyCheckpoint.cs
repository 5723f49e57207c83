using System.Text.Json;
using System.Text.Json.Nodes;
using GGUFPacker.Conversion.Tests.Safetensors;
using GGUFPacker.Conversion.Tests.Tokenizers;

namespace GGUFPacker.Conversion.Tests.Conversions;

/// <summary>Builds checkpoints of a few rows: a configuration, the tokenizer of a golden, and tensors of bytes that count up.</summary>
internal sealed class TinyCheckpoint : IDisposable
{
    private const string RawMark = "raw text";

    private readonly TemporaryFolder _folder = new();
    private string _raw = "";
    private readonly JsonObject _config = new()
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["model_type"] = "llama",
        ["vocab_size"] = 288,
        ["hidden_size"] = 4,
        ["num_hidden_layers"] = 1,
        ["num_attention_heads"] = 2,
    };

    /// <summary>The folder.</summary>
    public TemporaryFolder Folder => _folder;

    /// <summary>Sets a key of config.json.</summary>
    public TinyCheckpoint With(string key, JsonNode? value)
    {
        _config[key] = value;
        return this;
    }

    /// <summary>Sets a key of config.json to a text that may be no JSON, such as NaN.</summary>
    public TinyCheckpoint WithRaw(string key, string text)
    {
        _config[key] = RawMark;
        _raw = text;
        return this;
    }

    /// <summary>Writes a weight file.</summary>
    public TinyCheckpoint WithFile(string name, params ReadOnlySpan<(string Name, string Type, long[] Shape)> tensors)
    {
        var header = new JsonObject();
        var offset = 0L;
        foreach (var tensor in tensors)
        {
            var bytes = tensor.Shape.Aggregate(tensor.Type is "F32" ? 4L : 2L, (product, dimension) => product * dimension);
            header[tensor.Name] = new JsonObject
            {
                ["dtype"] = tensor.Type,
                ["shape"] = JsonSerializer.SerializeToNode(tensor.Shape),
                ["data_offsets"] = new JsonArray(offset, offset + bytes),
            };
            offset += bytes;
        }

        _folder.Write(name, SafetensorsBytes.Of(header.ToJsonString(), (int)offset));
        return this;
    }

    /// <summary>Opens the checkpoint for conversion.</summary>
    /// <param name="outType">The type of the weights.</param>
    /// <param name="target">The model that a drafter drafts for; the drafter has no tokenizer of its own then.</param>
    public ConvertedModel Open(OutType outType = OutType.Auto, TinyCheckpoint? target = null)
    {
        Write(withTokenizer: target is null);
        target?.Write(withTokenizer: true);
        return ModelConverter.Open(_folder.Files, new ConvertOptions { OutType = outType, PreTokenizer = "llama-bpe", BaseModel = target?._folder.Files });
    }

    public void Dispose() => _folder.Dispose();

    private void Write(bool withTokenizer)
    {
        var tokenizer = GoldenCheckpoint.Open("ct-both");
        Assert.SkipWhen(tokenizer is null, "The checkpoint ct-both is not in this set of goldens.");
        _folder.Write("config.json", _config.ToJsonString().Replace($"\"{RawMark}\"", _raw, StringComparison.Ordinal));
        foreach (var name in tokenizer.Names.Where(name => withTokenizer && name.StartsWith("tokenizer", StringComparison.Ordinal)))
        {
            _folder.Write(name, tokenizer.ReadAllBytes(name));
        }
    }
}
