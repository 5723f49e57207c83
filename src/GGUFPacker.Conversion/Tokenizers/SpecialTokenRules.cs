using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>What architectures change about special tokens.</summary>
internal static class SpecialTokenRules
{
    /// <summary>An id for a type ("bos") that the files name none for.</summary>
    public static SpecialTokenRule Id(string type, uint id) => (special, _) => special.WithId(type, id);

    /// <summary>An id for a type, whatever the files say.</summary>
    public static SpecialTokenRule Replaced(string type, uint id) => (special, _) => special.WithReplacedId(type, id);

    /// <summary>The id of an added token, for a type that the files name none for.</summary>
    /// <exception cref="CheckpointException">There is no such added token (from the rule).</exception>
    public static SpecialTokenRule Added(string type, string token) => (special, sources) =>
        sources.Tokenizer.Added.Contains(token) && sources.Tokenizer.Added.TryGetId(token, out var id)
            ? special.WithId(type, (uint)id)
            : throw new CheckpointException($"The tokenizer has no added token '{token}', which this architecture needs as its {type} token.");

    /// <summary>If the files name an EOS: the special token of this text in tokenizer_config.json's added_tokens_decoder in its place.</summary>
    public static SpecialTokenRule EosOfAdded(string token) => (special, sources) =>
    {
        foreach (var member in sources.Configuration.Members("added_tokens_decoder"))
        {
            if (special.HasId("eos") && member.Value.Flag("special") == true && member.Value.Text("content") == token)
            {
                special = special.WithReplacedId("eos", (uint)AddedTokenFiles.ReadDecoderId(member));
            }
        }

        return special;
    };
}
