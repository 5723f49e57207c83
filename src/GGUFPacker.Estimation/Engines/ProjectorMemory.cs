namespace GGUFPacker.Estimation.Engines;

/// <summary>
/// A multimodal projector: its weights lie on the first device, or on the host. What it computes with is an approximation: a transformer's activations for the
/// patches of one image of the largest size.
/// </summary>
internal static class ProjectorMemory
{
    private const long DefaultImageSize = 336;
    private const long DefaultPatchSize = 14;
    private const long MaxPatches = 1 << 16;

    public static EnginePart Of(ModelHeader projector, MemoryEstimate model, bool isOffloaded)
    {
        var sums = new PartSums(model);
        int? device = isOffloaded && !model.Devices.IsEmpty ? 0 : null;
        foreach (var tensor in projector.Tensors)
        {
            sums.AddTensor(device, tensor);
        }

        sums.AddCompute(device, ComputeBytes(projector));
        return sums.ToPart(EngineRole.Projector, projector.Metadata.GetString("general.architecture") ?? "clip", EstimateConfidence.Approximate);
    }

    private static long ComputeBytes(ModelHeader projector)
    {
        var image = Get("image_size", DefaultImageSize, 16384);
        var patches = Math.Min(MaxPatches, (long)Math.Pow(image / Get("patch_size", DefaultPatchSize, 1024), 2) + 1);
        var width = Get("embedding_length", 1024, 1 << 16);
        var hidden = Get("feed_forward_length", 4 * width, 1 << 18);
        var heads = Get("attention.head_count", 16, 1024);

        // The image, queries, keys, values and the residual, the feed-forward's hidden row, and the attention's scores.
        return sizeof(float) * ((3 * image * image) + (patches * ((4 * width) + hidden)) + (patches * patches * heads));

        long Get(string key, long otherwise, long most) =>
            projector.Metadata.GetInteger($"clip.vision.{key}") is { } value and > 0 ? Math.Min(value, most) : otherwise;
    }
}
