using GGUFPacker.Conversion.Tokenizers;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tests.Tokenizers;

/// <summary>The keys of a tokenizer as short texts, "key=value", without their common beginning.</summary>
internal static class KeyText
{
    /// <summary>Loads a checkpoint's tokenizer and describes its keys.</summary>
    public static List<string> Load(TemporaryCheckpoint checkpoint, TokenizerRequest request)
    {
        var builder = new GgufMetadata.Builder();
        TokenizerLoader.Load(checkpoint.Files, request).WriteTo(builder, "test");
        return [.. builder.Build().Select(entry => $"{entry.Key.Replace("tokenizer.ggml.", "", StringComparison.Ordinal)}={Describe(entry.Value)}")];
    }

    private static string Describe(GgufValue value) => value switch
    {
        { Type: GgufValueType.String } => value.AsString()!,
        { Type: GgufValueType.Bool } => value.TryGet<bool>(out var flag) && flag ? "true" : "false",
        { Type: not GgufValueType.Array } => value.TryGetInteger(out var integer) ? $"{integer}" : "",
        _ when value.TryGetArray<GgufString>(out var texts) => string.Join('|', texts.ToArray()),
        _ when value.TryGetArray<float>(out var floats) => FormattableString.Invariant($"f32 {string.Join(' ', floats.ToArray())}"),
        _ when value.TryGetArray<int>(out var integers) => string.Join(' ', integers.ToArray()),
        _ when value.TryGetArray<byte>(out var bytes) => Convert.ToHexString(bytes),
        _ => value.ElementType.ToString(),
    };
}
