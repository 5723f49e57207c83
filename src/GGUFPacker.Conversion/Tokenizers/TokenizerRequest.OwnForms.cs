using GGUFPacker.Conversion.Tokenizers.Vocabularies;

namespace GGUFPacker.Conversion.Tokenizers;

// Architectures whose tokenizer is in a form of its own.
internal sealed partial record TokenizerRequest
{
    /// <summary>The first Qwen: a tiktoken model.</summary>
    public static TokenizerRequest ForQwen(int? vocabularySize) => Of(vocabularySize, new QwenVocabulary());

    /// <summary>RWKV 6 and 7: the World vocabulary.</summary>
    public static TokenizerRequest ForRwkvWorld(int? vocabularySize) => Of(vocabularySize ?? 65536, new RwkvVocabulary());

    /// <summary>PLaMo 2: tokenizer.jsonl.</summary>
    public static TokenizerRequest ForPlamo2(int? vocabularySize) => Of(vocabularySize, new PlamoVocabulary());

    /// <summary>PLaMo 3: tokenizer.jsonl, with a chat template.</summary>
    public static TokenizerRequest ForPlamo3(int? vocabularySize) => Of(vocabularySize, new PlamoVocabulary { Last = [TokenizerRules.PlamoChatTemplate] });
}
