using System.Collections.Frozen;
using System.Collections.Immutable;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>
/// What a tokenizer class of transformers does on its own, beside what the checkpoint's files say. Only the classes that change anything are listed.
/// </summary>
internal sealed record TokenizerClass
{
    private static readonly ImmutableArray<KeyValuePair<string, string>> EndOfText =
        [new("bos_token", "<|endoftext|>"), new("eos_token", "<|endoftext|>"), new("unk_token", "<|endoftext|>")];

    private static readonly ImmutableArray<KeyValuePair<string, string>> Sentences =
        [new("bos_token", "<s>"), new("eos_token", "</s>"), new("unk_token", "<unk>")];

    private static readonly ImmutableArray<KeyValuePair<string, string>> Bert =
        [new("unk_token", "[UNK]"), new("sep_token", "[SEP]"), new("pad_token", "[PAD]"), new("cls_token", "[CLS]"), new("mask_token", "[MASK]")];

    private static readonly FrozenDictionary<string, TokenizerClass> Classes = new Dictionary<string, TokenizerClass>
    {
        ["LlamaTokenizer"] = new() { Defaults = Sentences, AddsBos = true },
        ["CodeLlamaTokenizer"] = new() { Defaults = Sentences, AddsBos = true },
        ["GemmaTokenizer"] = new()
        {
            Defaults = [new("bos_token", "<bos>"), new("eos_token", "<eos>"), new("unk_token", "<unk>"), new("pad_token", "<pad>")],
            AddsBos = true,
        },
        ["CohereTokenizer"] = new()
        {
            Defaults = [new("bos_token", "<BOS_TOKEN>"), new("eos_token", "<|END_OF_TURN_TOKEN|>"), new("unk_token", "<UNK>")],
            AddsBos = true,
        },
        ["GPTNeoXTokenizer"] = new() { Defaults = EndOfText, AddsBos = false },
        ["GPT2Tokenizer"] = new() { Defaults = EndOfText },
        ["CodeGenTokenizer"] = new() { Defaults = EndOfText },
        ["Qwen2Tokenizer"] = new()
        {
            Defaults = [new("eos_token", "<|endoftext|>"), new("unk_token", "<|endoftext|>"), new("pad_token", "<|endoftext|>")],
        },
        ["BloomTokenizer"] = new() { Defaults = [.. Sentences, new("pad_token", "<pad>")] },
        ["RobertaTokenizer"] = new()
        {
            Defaults = [.. Sentences, new("sep_token", "</s>"), new("pad_token", "<pad>"), new("cls_token", "<s>"), new("mask_token", "<mask>")],
        },
        ["XLMRobertaTokenizer"] = new()
        {
            Defaults = [.. Sentences, new("sep_token", "</s>"), new("pad_token", "<pad>"), new("cls_token", "<s>"), new("mask_token", "<mask>")],
        },
        ["BertTokenizer"] = new() { Defaults = Bert, HasBertNormalizer = true },
        ["DistilBertTokenizer"] = new() { Defaults = Bert, HasBertNormalizer = true },
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // The class where neither tokenizer_config.json nor config.json names one.
    private static readonly FrozenDictionary<string, string> ClassOfModelType = new Dictionary<string, string>
    {
        ["llama"] = "LlamaTokenizer",
        ["mistral"] = "LlamaTokenizer",
        ["mixtral"] = "LlamaTokenizer",
        ["gemma"] = "GemmaTokenizer",
        ["gemma2"] = "GemmaTokenizer",
        ["gemma3"] = "GemmaTokenizer",
        ["gemma3_text"] = "GemmaTokenizer",
        ["gemma3n"] = "GemmaTokenizer",
        ["gemma3n_text"] = "GemmaTokenizer",
        ["recurrent_gemma"] = "GemmaTokenizer",
        ["cohere"] = "CohereTokenizer",
        ["cohere2"] = "CohereTokenizer",
        ["gpt_neox"] = "GPTNeoXTokenizer",
        ["olmo"] = "GPTNeoXTokenizer",
        ["olmoe"] = "GPTNeoXTokenizer",
        ["mamba"] = "GPTNeoXTokenizer",
        ["stablelm"] = "GPTNeoXTokenizer",
        ["olmo2"] = "GPTNeoXTokenizer",
        ["mamba2"] = "GPTNeoXTokenizer",
        ["falcon_mamba"] = "GPTNeoXTokenizer",
        ["mpt"] = "GPTNeoXTokenizer",
        ["rwkv"] = "GPTNeoXTokenizer",
        ["gpt2"] = "GPT2Tokenizer",
        ["starcoder2"] = "GPT2Tokenizer",
        ["gpt_bigcode"] = "GPT2Tokenizer",
        ["granite"] = "GPT2Tokenizer",
        ["granitemoe"] = "GPT2Tokenizer",
        ["granitemoehybrid"] = "GPT2Tokenizer",
        ["granitemoeshared"] = "GPT2Tokenizer",
        ["exaone4"] = "GPT2Tokenizer",
        ["dbrx"] = "GPT2Tokenizer",
        ["opt"] = "GPT2Tokenizer",
        ["gptj"] = "GPT2Tokenizer",
        ["gpt_neo"] = "GPT2Tokenizer",
        ["phi"] = "CodeGenTokenizer",
        ["codegen"] = "CodeGenTokenizer",
        ["phi3"] = "LlamaTokenizer",
        ["llama4"] = "LlamaTokenizer",
        ["llama4_text"] = "LlamaTokenizer",
        ["deepseek_v2"] = "LlamaTokenizer",
        ["deepseek_v3"] = "LlamaTokenizer",
        ["jamba"] = "LlamaTokenizer",
        ["phimoe"] = "LlamaTokenizer",
        ["persimmon"] = "LlamaTokenizer",
        ["ernie4_5"] = "LlamaTokenizer",
        ["ernie4_5_moe"] = "LlamaTokenizer",
        ["diffllama"] = "LlamaTokenizer",
        ["chameleon"] = "LlamaTokenizer",
        ["qwen2"] = "Qwen2Tokenizer",
        ["qwen2_moe"] = "Qwen2Tokenizer",
        ["qwen2_vl"] = "Qwen2Tokenizer",
        ["qwen2_5_vl"] = "Qwen2Tokenizer",
        ["qwen3"] = "Qwen2Tokenizer",
        ["qwen3_moe"] = "Qwen2Tokenizer",
        ["qwen3_next"] = "Qwen2Tokenizer",
        ["qwen2_audio"] = "Qwen2Tokenizer",
        ["qwen2_5_omni"] = "Qwen2Tokenizer",
        ["qwen3_omni_moe"] = "Qwen2Tokenizer",
        ["qwen3_vl"] = "Qwen2Tokenizer",
        ["qwen3_vl_moe"] = "Qwen2Tokenizer",
        ["bloom"] = "BloomTokenizer",
        ["roberta"] = "RobertaTokenizer",
        ["xlm-roberta"] = "XLMRobertaTokenizer",
        ["bert"] = "BertTokenizer",
        ["distilbert"] = "DistilBertTokenizer",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The class's name, without the ending "Fast"; null if none is known.</summary>
    public string? Name { get; private init; }

    /// <summary>The special tokens where the files name none, by attribute ("bos_token").</summary>
    public ImmutableArray<KeyValuePair<string, string>> Defaults { get; init; } = [];

    /// <summary>Whether the class sets the flags of a BertNormalizer.</summary>
    public bool HasBertNormalizer { get; init; }

    /// <summary>
    /// If not null, the class puts its own post-processor in place of the file's, which adds BOS and EOS as add_bos_token and add_eos_token say;
    /// this is add_bos_token where the files have none (add_eos_token is then false).
    /// </summary>
    public bool? AddsBos { get; init; }

    /// <summary>Finds a class by its name, with or without the ending "Fast", else by the model's type. Unknown names are a plain class.</summary>
    public static TokenizerClass Find(string? name, string? modelType)
    {
        name ??= modelType is null ? null : ClassOfModelType.GetValueOrDefault(modelType);
        if (name is null)
        {
            return new TokenizerClass();
        }

        name = name.EndsWith("Fast", StringComparison.Ordinal) ? name[..^4] : name;
        return (Classes.GetValueOrDefault(name) ?? new TokenizerClass()) with { Name = name };
    }
}
