namespace GGUFPacker.Conversion.Architectures;

/// <summary>Recognises by its name a tensor of the vision or audio part of a multimodal checkpoint; the text model does not have it.</summary>
internal static class MultimodalTensors
{
    private static readonly string[] Prefixes =
    [
        "mlp", "vit.", "vpm.", "siglip2.", "conformer.", "merger.", "resampler.", "sound_encoder.", "sound_projection.", "speech_embeddings.",
    ];

    private static readonly string[] Parts =
    [
        "visual.", "vision.", "audio.", "talker.", "vision_", "audio_", "token2wav.", "code2wav.", "projector.", "pre_mm_projector_norm",
        "image_newline", "view_seperator", "patch_embed", "patch_embedding", "patch_merger.", "patch_merge_mlp.", "model.connector.",
    ];

    /// <summary>Whether the tensor belongs to such a part.</summary>
    public static bool IsOne(string name) =>
        Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) || Parts.Any(part => name.Contains(part, StringComparison.Ordinal));
}
