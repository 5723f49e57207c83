using System.Text.Json;
using GGUFPacker.Conversion;
using GGUFPacker.Estimation;
using GGUFPacker.Estimation.Engines;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Tasks.Generation;

/// <summary>What a draft model is made for, as far as this machine has it; without <c>--spec-type</c> llama-server would not draft with most.</summary>
internal static class DrafterType
{
    private const int MaxConfig = 16 << 20;

    /// <summary>The value of <c>--spec-type</c>. A model that is elsewhere is taken for an ordinary one.</summary>
    public static string Of(ModelSource source)
    {
        try
        {
            return source.IsRemote ? DraftTypes.Simple : source.IsFile ? OfFile(source.FullPath) : OfCheckpoint(Path.Combine(source.FullPath, "config.json"));
        }
        catch (Exception error) when (error is GgufException or JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            // Whoever reads the model says what is wrong with it.
            return DraftTypes.Simple;
        }
    }

    private static string OfFile(string path)
    {
        using var file = GgufFile.OpenPart(path);
        return DraftTypes.Of(new ModelHeader(file.Metadata, file.Tensors));
    }

    private static string OfCheckpoint(string path)
    {
        if (new FileInfo(path) is not { Exists: true, Length: <= MaxConfig })
        {
            return DraftTypes.Simple;
        }

        using var config = JsonDocument.Parse(File.ReadAllBytes(path));
        var name = config.RootElement.TryGetProperty("architectures", out var names) && names is { ValueKind: JsonValueKind.Array } && names.GetArrayLength() > 0
            ? names[0].GetString() ?? ""
            : "";
        var architectures = ModelConverter.SupportedFamilies.FirstOrDefault(family => family.Names.Contains(name, StringComparer.Ordinal))?.GgufArchitectures;
        return architectures switch
        {
            ["dflash"] => name.Contains("DSpark", StringComparison.Ordinal) ? DraftTypes.DSpark : DraftTypes.DFlash,
            ["gemma4-assistant"] => DraftTypes.Prediction,
            ["eagle3"] => DraftTypes.Eagle3,

            // EAGLE-3's may call themselves Llama.
            _ => config.RootElement.TryGetProperty("draft_vocab_size", out _) ? DraftTypes.Eagle3 : DraftTypes.Simple,
        };
    }
}
