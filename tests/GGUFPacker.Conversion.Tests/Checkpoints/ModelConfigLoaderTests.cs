using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tests.Checkpoints;

public sealed class ModelConfigLoaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("""{"architectures":["A"],"model_type":"llama","hidden_size":64,"num_attention_heads":4}""", "head_dim", "16")]
    [InlineData("""{"architectures":["A"],"model_type":"llama","head_dim":null,"hidden_size":64,"num_attention_heads":4}""", "head_dim", "16")]
    [InlineData("""{"architectures":["A"],"model_type":"llama","head_dim":8}""", "head_dim", "8")]
    [InlineData("""{"architectures":["A"],"model_type":"llama","num_attention_heads":4}""", "num_key_value_heads", "4")]
    [InlineData("""{"architectures":["A"],"model_type":"mistral","num_attention_heads":4}""", "num_key_value_heads", "8")]
    [InlineData("""{"architectures":["A"],"model_type":"qwen2","num_attention_heads":4,"num_key_value_heads":null}""", "num_key_value_heads", "4")]
    [InlineData("""{"architectures":["A"],"model_type":"mixtral"}""", "rms_norm_eps", "1e-5")]
    [InlineData("""{"architectures":["A"],"model_type":"frob"}""", "head_dim", null)]
    [InlineData("""{"architectures":["A"]}""", "rms_norm_eps", null)]
    [InlineData("""{"architectures":["A"],"model_type":"llama","hidden_size":"64"}""", "rms_norm_eps", null)]
    [InlineData("""{"architectures":["A"],"model_type":"llama","rope_scaling":{"type":"linear"}}""", "rms_norm_eps", null)]
    [InlineData("""{"architectures":["A"],"model_type":"mistral","rope_scaling":{"type":"linear"}}""", "rms_norm_eps", "1e-6")]
    [InlineData("""{"architectures":["A"],"model_type":"x","llm_config":{"model_type":"qwen2"}}""", "max_position_embeddings", null)]
    [InlineData("""{"architectures":["A"],"model_type":"mistral3","text_config":{"vocab_size":7}}""", "max_position_embeddings", "131072")]
    [InlineData("""{"architectures":["A"],"model_type":"mistral3","text_config":{"model_type":"ministral3"}}""", "max_position_embeddings", null)]
    [InlineData("""{"architectures":["A"],"model_type":"gemma3","text_config":{"model_type":"x"}}""", "max_position_embeddings", "131072")]
    [InlineData("""{"architectures":["A"],"model_type":"x","hidden_size":1,"text_config":{"hidden_size":2}}""", "hidden_size", "2")]
    [InlineData("""{"architectures":["A"],"model_type":"deepseek_v3","head_dim":7,"qk_rope_head_dim":64}""", "head_dim", "64")]
    [InlineData("""{"architectures":["A"],"model_type":"qwen3_next","num_hidden_layers":2,"full_attention_interval":2}""", "layer_types", """["linear_attention","full_attention"]""")]
    [InlineData("""{"architectures":["A"],"model_type":"exaone4","num_hidden_layers":4}""", "layer_types", """["sliding_attention","sliding_attention","sliding_attention","full_attention"]""")]
    [InlineData("""{"architectures":["A"],"model_type":"exaone4","sliding_window":null}""", "rms_norm_eps", null)]
    [InlineData("""{"architectures":["A"],"model_type":"lfm2","num_hidden_layers":3,"full_attn_idxs":[1]}""", "layer_types", """["conv","full_attention","conv"]""")]
    [InlineData("""{"architectures":["A"],"model_type":"lfm2","block_ff_dim":9}""", "intermediate_size", "9")]
    [InlineData("""{"architectures":["A"],"model_type":"gemma3_text","use_bidirectional_attention":true,"sliding_window":512}""", "sliding_window", "257")]
    [InlineData("""{"architectures":["A"],"model_type":"falcon","num_attention_heads":3}""", "num_kv_heads", "3")]
    [InlineData("""{"architectures":["A"],"model_type":"bert","num_labels":1}""", "id2label", """{"0":"LABEL_0"}""")]
    [InlineData("""{"architectures":["A"],"model_type":"phi3","rope_scaling":{"type":"longrope","short_factor":[1],"long_factor":[1]}}""", "rms_norm_eps", null)]
    [InlineData("""{"architectures":["A"],"model_type":"llama"}""", "max_length", "20")]
    public void A_key_has_the_file_s_value_or_its_class_s_default(string json, string key, string? expected)
    {
        _folder.Write("config.json", json);

        Assert.Equal(expected, ModelConfigLoader.Load(_folder.Files).Config[key]?.GetRawText());
    }

    [Fact]
    public void An_explicit_null_hides_the_default_and_the_names_that_come_later()
    {
        _folder.Write("config.json", """{"architectures":["A"],"model_type":"llama","max_position_embeddings":null,"n_ctx":5}""");

        Assert.Null(ModelConfigLoader.Load(_folder.Files).Config.Find("max_position_embeddings", "n_ctx"));
    }

    [Theory]
    [InlineData("""{"architectures":["A","B"]}""", "A")]
    [InlineData("""{"architectures":["A"],"text_config":{"architectures":["T"]}}""", "T")]
    [InlineData("""{"architectures":["A"],"text_config":{"architectures":null}}""", "A")]
    [InlineData("""{"architectures":["A"],"time_step_limit":[0.0,Infinity],"x":[NaN,-Infinity,"NaN \" Infinity"]}""", "A")]
    public void The_architecture_is_the_text_model_s_or_the_first(string json, string expected)
    {
        _folder.Write("config.json", json);

        Assert.Equal(expected, ModelConfigLoader.Load(_folder.Files).Architecture);
    }

    [Theory]
    [InlineData("""{}""", "names no architecture")]
    [InlineData("""{"architectures":[]}""", "names no architecture")]
    [InlineData("""{"architectures":[1]}""", "list of strings")]
    [InlineData("""{"architectures":"A"}""", "list of strings")]
    [InlineData("""["A"]""", "JSON object")]
    [InlineData("""{"a":nan}""", "not valid JSON")]
    [InlineData("""{"architectures":["\ud800"]}""", "surrogate")]
    [InlineData("""{"\ud800":1}""", "surrogate")]
    [InlineData("\uFEFF{}", "not valid JSON")]
    public void A_configuration_that_cannot_be_used_is_refused(string json, string message)
    {
        _folder.Write("config.json", json);

        Assert.Contains(message, Assert.Throws<CheckpointException>(() => ModelConfigLoader.Load(_folder.Files)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
