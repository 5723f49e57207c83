using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers.Vocabularies;

namespace GGUFPacker.Conversion.Tokenizers;

// Architectures with a byte-level BPE.
internal sealed partial record TokenizerRequest
{
    /// <summary>A plain byte-level BPE, as most architectures have it.</summary>
    public static TokenizerRequest ForGpt2(int? vocabularySize) => Of(vocabularySize, new Gpt2Vocabulary());

    /// <summary>GLM-4 (0414) and GLM-ASR: special tokens by their texts.</summary>
    public static TokenizerRequest ForGlm4(int? vocabularySize) =>
        WithAdded(vocabularySize, ("eos", "<|endoftext|>"), ("eot", "<|user|>"), ("unk", "<|endoftext|>"), ("bos", "<|endoftext|>"));

    /// <summary>GLM-4.5 and later (mixtures of experts, Lite and DSA): special tokens by their texts.</summary>
    public static TokenizerRequest ForGlm4Moe(int? vocabularySize) =>
        WithAdded(vocabularySize, ("bos", "[gMASK]"), ("eot", "<|user|>"), ("unk", "<|endoftext|>"), ("eom", "<|observation|>"));

    /// <summary>ChatGLM 4 and GLM-4-9B (chat), with padded_vocab_size where the configuration has it.</summary>
    public static TokenizerRequest ForChatGlm(int? vocabularySize) =>
        WithAdded(vocabularySize, ("eos", "<|endoftext|>"), ("eot", "<|user|>"), ("unk", "<|endoftext|>"));

    /// <summary>Solar Open: special tokens by their texts.</summary>
    public static TokenizerRequest ForSolarOpen(int? vocabularySize) =>
        WithAdded(vocabularySize, ("eos", "<|endoftext|>"), ("eot", "<|endoftext|>"), ("unk", "<unk>"), ("bos", "<|startoftext|>"));

    /// <summary>dots3: its turns end in a token of its own.</summary>
    public static TokenizerRequest ForDots3(int? vocabularySize) => WithAdded(vocabularySize, ("eot", "<|endofassistant|>"));

    /// <summary>DeepSeek V2 and V3, and Kimi K2 with the same architecture: byte-level BPE, else Kimi's tiktoken model.</summary>
    public static TokenizerRequest ForDeepseek2(int? vocabularySize) => Of(vocabularySize, new Gpt2Vocabulary(), new KimiVocabulary());

    /// <summary>DeepSeek V3.2: byte-level BPE, and tokenizer_config.json must say that a text gets the BOS.</summary>
    public static TokenizerRequest ForDeepseek32(int? vocabularySize) => Of(vocabularySize, new Gpt2Vocabulary
    {
        First =
        [
            draft =>
            {
                if (!draft.Sources.Tokenizer.AddsBos)
                {
                    throw new CheckpointException("tokenizer_config.json: set add_bos_token to true, as this architecture needs the BOS.");
                }
            },
        ],
    });

    /// <summary>Kimi Linear: byte-level BPE, else Kimi's tiktoken model with its own EOS.</summary>
    public static TokenizerRequest ForKimiLinear(int? vocabularySize) =>
        Of(vocabularySize, new Gpt2Vocabulary(), new KimiVocabulary { Last = [KimiVocabulary.WriteEos] });

    /// <summary>Kimi K3: as Kimi Linear, but config.json's EOS ends a turn; llama.cpp's own chat template where the checkpoint has none.</summary>
    public static TokenizerRequest ForKimiK3(int? vocabularySize, ModelConfig config)
    {
        ImmutableArray<TokenizerRule> last =
        [
            .. config["eos_token_id"] is { } eos
                ? [TokenizerRules.Id("eos", new ConfigValue("eos_token_id", eos).TokenId)]
                : ImmutableArray<TokenizerRule>.Empty,
            TokenizerRules.ChatTemplateIfMissing(BuiltInChatTemplates.KimiK3),
        ];
        return Of(vocabularySize, new Gpt2Vocabulary { Last = last }, new KimiVocabulary { Last = [KimiVocabulary.WriteEos, .. last] });
    }

    /// <summary>Hunyuan's dense models: byte-level BPE, whose EOS and end of turn are corrected.</summary>
    public static TokenizerRequest ForHunyuan(int? vocabularySize, ModelConfig config)
    {
        ImmutableArray<TokenizerRule> last =
        [
            .. config["eod_token_id"] is { } eod
                ? [TokenizerRules.Id("eos", new ConfigValue("eod_token_id", eod).TokenId)]
                : ImmutableArray<TokenizerRule>.Empty,
            TokenizerRules.EndOfTurnOfGenerationConfig,
        ];
        var hasNoPad = config["pad_token_id"] is { } pad && new ConfigValue("pad_token_id", pad).Integer < 0;
        return Of(
            vocabularySize,
            new Gpt2Vocabulary
            {
                Last = last,
                SpecialTypes = hasNoPad ? SpecialVocabularyReader.DefaultTypes.Remove("pad") : SpecialVocabularyReader.DefaultTypes,
            },
            new UnconvertibleVocabulary { Feature = "a Hunyuan tokenizer in tiktoken's form", Advice = "Use a checkpoint with tokenizer.json." });
    }

    /// <summary>Hunyuan-A13B: a tokenizer in tiktoken's form, and a BOS that config.json has wrong.</summary>
    public static TokenizerRequest ForHunyuanMoe(int? vocabularySize) => Of(
        vocabularySize,
        new HunyuanVocabulary { Last = [TokenizerRules.Id("bos", 127959)] },
        new UnconvertibleVocabulary { Feature = "a Hunyuan MoE without hy.tiktoken", Advice = "Use a checkpoint with hy.tiktoken." });

    /// <summary>Nemotron-H: byte-level BPE, padded to a multiple of 8.</summary>
    /// <param name="vocabularySize">config.json's vocab_size.</param>
    /// <param name="addsBos">Whether a text gets the BOS whatever the files say: where there is no mixture of experts.</param>
    public static TokenizerRequest ForNemotronH(int vocabularySize, bool addsBos) =>
        Of(RoundUp(vocabularySize, 8), new Gpt2Vocabulary { Last = addsBos ? [TokenizerRules.Add("bos", true)] : [] });

    /// <summary>Refact: byte-level BPE with infill tokens.</summary>
    public static TokenizerRequest ForRefact(int? vocabularySize) => Of(vocabularySize, new Gpt2Vocabulary
    {
        Last = [TokenizerRules.Infill(withChatTemplate: false, [new("prefix", 1), new("suffix", 3), new("middle", 2)], "eot")],
    });

    /// <summary>LLaDA and Dream: byte-level BPE whose added tokens keep their text, and are control tokens only where marked.</summary>
    /// <param name="vocabularySize">config.json's vocab_size.</param>
    /// <param name="addsBos">Whether a text gets the BOS whatever the files say.</param>
    public static TokenizerRequest ForDiffusion(int? vocabularySize, bool addsBos) => Of(
        vocabularySize,
        new Gpt2Vocabulary { AddedText = AddedTokenText.AsWritten, Last = addsBos ? [TokenizerRules.Add("bos", true)] : [] });

    /// <summary>Laguna: byte-level BPE, the end of the assistant's turn is a control token, and chat_template.jinja wins.</summary>
    public static TokenizerRequest ForLaguna(int? vocabularySize, ModelConfig config) => Of(vocabularySize, new Gpt2Vocabulary
    {
        ControlTokens = ["</assistant>"],
        Last = [TokenizerRules.ChatTemplateFile, TokenizerRules.EndOfTurnOfConfig(config)],
    });

    /// <summary>MiniMax-Text-01 and M1: byte-level BPE; chat_template.jinja wins, else llama.cpp's own template.</summary>
    public static TokenizerRequest ForMiniMaxText01(int? vocabularySize) => Of(vocabularySize, new Gpt2Vocabulary
    {
        Last = [TokenizerRules.ChatTemplate(BuiltInChatTemplates.Read(BuiltInChatTemplates.MiniMaxM1)), TokenizerRules.ChatTemplateFile],
    });

    /// <summary>Muse Glimmer: byte-level BPE with an end of turn.</summary>
    public static TokenizerRequest ForMuseGlimmer(int? vocabularySize) =>
        Of(vocabularySize, new Gpt2Vocabulary { Last = [TokenizerRules.IdOfToken("<|eot|>", "eot")] });

    /// <summary>StableLM: byte-level BPE; the first release had Qwen's tiktoken model.</summary>
    public static TokenizerRequest ForStableLm(int? vocabularySize) => Of(vocabularySize, new Gpt2Vocabulary(), new QwenVocabulary());

    private static TokenizerRequest WithAdded(int? vocabularySize, params ReadOnlySpan<(string Type, string Token)> special)
    {
        var rules = ImmutableArray.CreateBuilder<SpecialTokenRule>(special.Length);
        foreach (var (type, token) in special)
        {
            rules.Add(SpecialTokenRules.Added(type, token));
        }

        return Of(vocabularySize, new Gpt2Vocabulary { Special = rules.ToImmutable() });
    }
}
