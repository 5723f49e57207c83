using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;

namespace GGUFPacker.Conversion.Lora;

/// <summary>
/// The tokens from which on an "activated" adapter (aLoRA) is in force: told as ids, or as a text that the base model's tokenizer turns into ids.
/// </summary>
internal static class InvocationTokens
{
    /// <summary>The ids; empty for other adapters.</summary>
    /// <exception cref="CheckpointException">They are no ids, or the text cannot be tokenized.</exception>
    public static ImmutableArray<uint> Find(ModelConfig adapter, CheckpointFiles baseModel)
    {
        if (adapter.Find("alora_invocation_tokens") is { } list && (!list.IsList || list.Element.GetArrayLength() > 0))
        {
            return list.IsList
                ? [.. list.Element.EnumerateArray().Select(item => ToId(new ConfigValue(list.Key, item).Integer))]
                : throw new CheckpointException($"Cannot convert: '{list.Key}' of adapter_config.json must be a list of ids.");
        }

        if (adapter.Find("invocation_string")?.Text is not { Length: > 0 } text)
        {
            return [];
        }

        try
        {
            // Adapters are in force behind the first token, so it is left out.
            return [.. CheckpointTextEncoder.Encode(baseModel, text).Skip(1).Select(id => ToId(id))];
        }
        catch (TokenizerStepException exception)
        {
            throw new CheckpointException(
                $"Cannot turn 'invocation_string' of adapter_config.json into tokens: {exception.Message}. Write their ids as 'alora_invocation_tokens'.",
                exception);
        }
    }

    private static uint ToId(long id) =>
        id is >= 0 and <= uint.MaxValue ? (uint)id : throw new CheckpointException(
            $"Cannot convert: 'alora_invocation_tokens' of adapter_config.json holds {id}.");
}
