using System.Collections.Immutable;
using System.Globalization;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Engines;

/// <summary>
/// LoRA adapters and control vectors (llama-adapter.cpp, v0.5.0): an adapter's matrices lie where the matrix lies that they belong to, control vectors are one
/// vector for each layer, whatever the files hold.
/// </summary>
internal static class AdapterMemory
{
    private const string ControlVectorArchitecture = "controlvector";

    public static IEnumerable<EnginePart> Of(ImmutableArray<ModelHeader> adapters, ModelHeader model, MemoryEstimate estimate)
    {
        foreach (var adapter in adapters.Where(adapter => !IsControlVector(adapter)))
        {
            yield return LoraOf(adapter, estimate);
        }

        if (adapters.Any(IsControlVector))
        {
            yield return ControlVectorOf(model, estimate);
        }
    }

    private static bool IsControlVector(ModelHeader adapter) =>
        adapter.Metadata.GetString("general.architecture") == ControlVectorArchitecture || adapter.Metadata["controlvector.model_hint"] is not null;

    private static EnginePart LoraOf(ModelHeader adapter, MemoryEstimate estimate)
    {
        var sums = new PartSums(estimate);
        foreach (var tensor in adapter.Tensors)
        {
            sums.AddTensor(DeviceOf(tensor.Name, estimate), tensor);
        }

        return sums.ToPart(EngineRole.Adapter, adapter.Metadata.GetString("general.architecture") ?? "", EstimateConfidence.Exact);
    }

    private static EnginePart ControlVectorOf(ModelHeader model, MemoryEstimate estimate)
    {
        var sums = new PartSums(estimate);
        var width = model.Metadata.GetInteger($"{estimate.Architecture}.embedding_length") ?? 0;
        var vector = new TensorInfo("direction", TensorType.F32, [width]);

        // The first layer has none; the last entry is the output.
        foreach (var device in estimate.LayerDevices[..^1].Skip(1))
        {
            sums.AddTensor(device, vector);
        }

        return sums.ToPart(EngineRole.ControlVector, ControlVectorArchitecture, EstimateConfidence.Exact);
    }

    // blk.N.… goes with its layer, the embedding stays on the host, all else goes with the output.
    private static int? DeviceOf(string name, MemoryEstimate estimate)
    {
        const string Block = "blk.";
        if (name.StartsWith("token_embd", StringComparison.Ordinal))
        {
            return null;
        }

        if (!name.StartsWith(Block, StringComparison.Ordinal))
        {
            return estimate.LayerDevices[^1];
        }

        var digits = name.AsSpan(Block.Length);
        digits = digits[..Math.Max(0, digits.IndexOf('.'))];
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var layer) && layer < estimate.LayerDevices.Length - 1
            ? estimate.LayerDevices[layer]
            : throw new EstimateException($"The adapter has a tensor '{name}', which is for a layer that the model does not have.");
    }
}
