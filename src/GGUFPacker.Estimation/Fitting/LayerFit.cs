using GGUFPacker.Estimation.Engines;

namespace GGUFPacker.Estimation.Fitting;

/// <summary>
/// Finds the most layers that fit on the devices. One more layer may take less of a device than it brings (a staged weight or an output that moves), so each
/// number is tried, from all of them down.
/// </summary>
public static class LayerFit
{
    /// <summary>The most layers within limits.</summary>
    /// <returns>The estimate with those layers; null if the model does not even fit with all layers on the host.</returns>
    public static EngineEstimate? Most(EngineSetup setup, MemoryLimits limits)
    {
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(limits);
        var all = setup.Estimate(options => options with { DeviceLayers = -1 });
        for (var layers = all.Model.LayerDevices.Length; layers >= 0; layers--)
        {
            var count = layers;
            var estimate = setup.Estimate(options => options with { DeviceLayers = count });
            if (limits.Fits(estimate))
            {
                return estimate;
            }
        }

        return null;
    }
}
