using System.Collections.Frozen;

namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>
/// Which files of a repository a conversion may read. Repositories hold their weights several times (for PyTorch, ONNX, OpenVINO, in the form before the
/// conversion to
/// Hugging Face's): what is never read does not have to be fetched or hashed.
/// </summary>
public static class CheckpointSelection
{
    private static readonly FrozenSet<string> OtherFormats = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        ".h5",
        ".msgpack",
        ".onnx",
        ".onnx_data",
        ".ot",
        ".tflite",
        ".mlmodel",
        ".gguf",
        ".ggml",
        ".zip",
        ".tar",
        ".gz",
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".svg",
        ".webp",
        ".mp4",
        ".pdf");

    private static readonly FrozenSet<string> OtherDirectories =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "original", "onnx", "openvino", "coreml", "metal", "runs", "assets", "images", "figures");

    /// <summary>The paths that matter, of all paths of a repository.</summary>
    public static IEnumerable<string> Select(IReadOnlyCollection<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var hasModel = paths.Any(path => IsTop(path) && path.StartsWith("model", StringComparison.Ordinal) && IsSafetensors(path));
        var hasSafetensors = paths.Any(path => IsTop(path) && IsSafetensors(path));
        return paths.Where(path => IsRead(path, hasModel, hasSafetensors));
    }

    private static bool IsRead(string path, bool hasModel, bool hasSafetensors)
    {
        var parts = path.Split('/');
        if (parts.Any(part => part.StartsWith('.')) || parts[..^1].Any(OtherDirectories.Contains) || OtherFormats.Contains(Path.GetExtension(path)))
        {
            return false;
        }

        var isPickle = Path.GetExtension(path).ToUpperInvariant() is ".BIN" or ".PT" or ".PTH" or ".CKPT";
        var isConsolidated = parts[^1].StartsWith("consolidated", StringComparison.Ordinal);
        return !(isPickle && IsTop(path) && hasSafetensors) && !(isConsolidated && hasModel);
    }

    private static bool IsTop(string path) => !path.Contains('/', StringComparison.Ordinal);

    private static bool IsSafetensors(string path) => path.EndsWith(".safetensors", StringComparison.Ordinal);
}
