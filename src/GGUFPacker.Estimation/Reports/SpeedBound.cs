using GGUFPacker.Estimation.Engines;

namespace GGUFPacker.Estimation.Reports;

/// <summary>
/// An upper bound of the tokens a second that a model generates: each token reads all weights that are active and the whole cache once, so it takes at least
/// 1 / sum over devices (bytes / bandwidth). Nothing else is counted, so real engines are slower.
/// </summary>
public static class SpeedBound
{
    /// <summary>The bound; null if a device that holds anything has no known bandwidth.</summary>
    public static double? Of(ModelHeader model, EngineEstimate estimate)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(estimate);
        var active = ActiveFraction(model);

        // Of the embedding one row is read. Where it is the output too, a copy of it counts where the output lies.
        var embedding = model.Tensors.Where(tensor => tensor.Name == "token_embd.weight").Sum(tensor => tensor.ByteLength);
        var isTied = model.Tensors.All(tensor => tensor.Name != "output.weight");
        var outputOnHost = estimate.Model.LayerDevices[^1] is null;
        var hostWeights = estimate.Model.Host.Weights - (isTied && outputOnHost ? 0 : embedding);
        var seconds = 0.0;
        foreach (var (device, weights) in estimate.Model.Devices.Select(device => (device, device.Weights)).Prepend((estimate.Model.Host, Math.Max(0, hostWeights))))
        {
            var bytes = (weights * active) + device.Cache;
            if (bytes == 0)
            {
                continue;
            }

            if (device.Device.BytesPerSecond is not > 0)
            {
                return null;
            }

            seconds += bytes / device.Device.BytesPerSecond.Value;
        }

        return seconds > 0 ? 1 / seconds : null;
    }

    // Of experts only those that a token uses are read.
    private static double ActiveFraction(ModelHeader model)
    {
        var architecture = model.Metadata.GetString("general.architecture");
        var experts = model.Metadata.GetInteger($"{architecture}.expert_count") ?? 0;
        var used = model.Metadata.GetInteger($"{architecture}.expert_used_count") ?? 0;
        var all = model.Tensors.Sum(tensor => (double)tensor.ByteLength);
        if (experts <= 0 || used <= 0 || used >= experts || all == 0)
        {
            return 1;
        }

        var inExperts = model.Tensors.Where(tensor => tensor.Name.Contains("_exps.", StringComparison.Ordinal)).Sum(tensor => (double)tensor.ByteLength);
        return (all - inExperts + (inExperts * used / experts)) / all;
    }
}
