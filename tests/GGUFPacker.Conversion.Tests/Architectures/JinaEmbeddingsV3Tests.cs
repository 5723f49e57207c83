using System.Text.Json.Nodes;
using GGUFPacker.Conversion.Tests.Safetensors;
using GGUFPacker.Conversion.Tests.Tokenizers;

namespace GGUFPacker.Conversion.Tests.Architectures;

public sealed class JinaEmbeddingsV3Tests
{
    [Fact]
    public void The_model_is_taken_out_of_its_adapters()
    {
        var golden = GoldenCheckpoint.Open("xlm-roberta");
        Assert.SkipWhen(golden is null, "The checkpoint xlm-roberta is not in this set of goldens.");
        using var folder = new TemporaryFolder();
        folder.Copy(golden);
        var config = JsonNode.Parse(golden.ReadAllBytes("config.json", 1 << 20))!.AsObject();
        config["lora_adaptations"] = new JsonArray("retrieval.query", "text-matching");
        config["rotary_emb_base"] = 20000.0;
        folder.Write("config.json", config.ToJsonString());
        folder.Write("model.safetensors", SafetensorsBytes.Of(
            """
            {"roberta.embeddings.word_embeddings.parametrizations.weight.0.lora_A":{"dtype":"F16","shape":[2,1,4],"data_offsets":[0,16]},
             "roberta.embeddings.word_embeddings.parametrizations.weight.original":{"dtype":"F16","shape":[2,4],"data_offsets":[16,32]},
             "roberta.encoder.layers.0.mixer.Wqkv.parametrizations.weight.0.lora_B":{"dtype":"F16","shape":[2,3,1],"data_offsets":[32,44]},
             "roberta.encoder.layers.0.mixer.Wqkv.parametrizations.weight.original":{"dtype":"F16","shape":[12,4],"data_offsets":[44,140]},
             "roberta.pooler.dense.parametrizations.weight.original":{"dtype":"F16","shape":[4,4],"data_offsets":[140,172]}}
            """, 172));

        using var model = ModelConverter.Open(folder.Files);

        Assert.Equal("jina-bert-v3", model.Metadata.GetString("general.architecture"));
        Assert.Equal(["token_embd.weight", "blk.0.attn_qkv.weight"], model.Tensors.Select(tensor => tensor.Name));
        Assert.Contains(model.Notes, note => note.Contains("retrieval.query, text-matching", StringComparison.Ordinal));
    }
}
