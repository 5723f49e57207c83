using System.Text.Json;

namespace GGUFPacker.Conversion.Checkpoints.Classes;

/// <summary>T5 and its relatives in transformers 4.57. A decoder has as many layers as the encoder where nothing else is said.</summary>
[ConfigClasses]
internal static class T5Configs
{
    /// <summary>T5Config.</summary>
    public static readonly ConfigClass T5 = Of("t5", vocabularySize: 32128, feedForward: 2048, layers: 6, heads: 8);

    /// <summary>MT5Config.</summary>
    public static readonly ConfigClass Mt5 = Of("mt5", vocabularySize: 250112, feedForward: 1024, layers: 8, heads: 6);

    /// <summary>UMT5Config.</summary>
    public static readonly ConfigClass Umt5 = Of("umt5", vocabularySize: 250112, feedForward: 1024, layers: 8, heads: 6);

    private static ConfigClass Of(string modelType, int vocabularySize, int feedForward, int layers, int heads) => new(modelType, $$"""
        {"vocab_size":{{vocabularySize}},"d_model":512,"d_kv":64,"d_ff":{{feedForward}},"num_layers":{{layers}},"num_heads":{{heads}},
         "relative_attention_num_buckets":32,"layer_norm_epsilon":1e-6,"decoder_start_token_id":null,"num_decoder_layers":null}
        """)
    {
        Adjust = values =>
        {
            if (values["num_decoder_layers"].ValueKind == JsonValueKind.Null)
            {
                values["num_decoder_layers"] = values["num_layers"];
            }

            return true;
        },
    };
}
