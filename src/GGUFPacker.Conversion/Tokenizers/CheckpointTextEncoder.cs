using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers.Pipeline;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>Encodes text with a checkpoint's tokenizer, as transformers' AutoTokenizer does.</summary>
internal static class CheckpointTextEncoder
{
    /// <summary>Encodes a text, with the special tokens that the tokenizer puts around it.</summary>
    /// <param name="files">The checkpoint.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="CheckpointException">The checkpoint has no tokenizer, or a file is not what it must be.</exception>
    /// <exception cref="TokenizerStepException">The tokenizer cannot be carried out here.</exception>
    public static IReadOnlyList<int> Encode(CheckpointFiles files, string text)
    {
        var sources = new TokenizerSources(files);
        return !sources.HasTokenizer && files.Exists(SentencePieceModel.FileName)
            ? EncodePieces(sources, text)
            : new TextEncoder(sources.Tokenizer).Encode(text, addSpecialTokens: true);
    }

    // Llama's class adds the BOS unless tokenizer_config.json says otherwise.
    private static List<int> EncodePieces(TokenizerSources sources, string text)
    {
        var model = SentencePieceModel.Read(SentencePieceModel.FileName, sources.Files.ReadAllBytes(SentencePieceModel.FileName));
        var ids = new SentencePieceEncoder(model).Encode(text);
        var addsBos = sources.Configuration.Flag("add_bos_token") ?? true;
        var addsEos = sources.Configuration.Flag("add_eos_token") ?? false;
        return [.. addsBos && model.BosId is { } bos ? [bos] : Array.Empty<int>(), .. ids, .. addsEos && model.EosId is { } eos ? [eos] : Array.Empty<int>()];
    }
}
