using System.Text.Json;

namespace GGUFPacker.Conversion.Checkpoints.Classes;

/// <summary>BERT and its relatives in transformers 4.57.</summary>
[ConfigClasses]
internal static class BertConfigs
{
    private const string Common = """
        {"vocab_size":30522,"hidden_size":768,"intermediate_size":3072,"num_hidden_layers":12,"num_attention_heads":12,"type_vocab_size":2,
         "max_position_embeddings":512,"layer_norm_eps":1e-12,
        """;

    /// <summary>BertConfig.</summary>
    public static readonly ConfigClass Bert = new("bert", Common + "\"pad_token_id\":0}") { Adjust = AddLabels };

    /// <summary>RobertaConfig.</summary>
    public static readonly ConfigClass Roberta = new("roberta", Common + "\"vocab_size\":50265,\"pad_token_id\":1}") { Adjust = AddLabels };

    /// <summary>XLMRobertaConfig.</summary>
    public static readonly ConfigClass XlmRoberta = new("xlm-roberta", Common + "\"pad_token_id\":1}") { Adjust = AddLabels };

    /// <summary>CamembertConfig.</summary>
    public static readonly ConfigClass Camembert = new("camembert", Common + "\"pad_token_id\":1}") { Adjust = AddLabels };

    /// <summary>DistilBertConfig, with names of its own for the sizes.</summary>
    public static readonly ConfigClass DistilBert = new("distilbert", """
        {"vocab_size":30522,"dim":768,"hidden_dim":3072,"n_layers":6,"n_heads":12,"max_position_embeddings":512,"pad_token_id":0}
        """) { Adjust = AddLabels };

    /// <summary>ModernBertConfig.</summary>
    public static readonly ConfigClass ModernBert = new("modernbert", """
        {"vocab_size":50368,"hidden_size":768,"intermediate_size":1152,"num_hidden_layers":22,"num_attention_heads":12,"max_position_embeddings":8192,
         "norm_eps":1e-5,"hidden_activation":"gelu","global_rope_theta":160000.0,"local_rope_theta":10000.0,"global_attn_every_n_layers":3,
         "local_attention":128,"pad_token_id":50283,"bos_token_id":50281,"eos_token_id":50282,"cls_token_id":50281,"sep_token_id":50282}
        """) { Adjust = AddLabels };

    /// <summary>Every class has names for the results of a classifier, two unless the file says otherwise.</summary>
    private static bool AddLabels(Dictionary<string, JsonElement> values)
    {
        if (!values.TryGetValue("id2label", out var labels) || labels.ValueKind == JsonValueKind.Null)
        {
            var count = values.TryGetValue("num_labels", out var number) && number.TryGetInteger(out var given) && given is >= 0 and < 1 << 20 ? given : 2;
            values["id2label"] = JsonElements.Of(Enumerable.Range(0, (int)count).Select(id => KeyValuePair.Create($"{id}", JsonElements.Of($"LABEL_{id}"))));
        }

        return true;
    }
}
