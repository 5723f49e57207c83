using System.Globalization;

namespace GGUFPacker.Build.Engine;

/// <summary>What the contents of a build cost: each counts once, as what it was first.</summary>
/// <param name="Downloaded">Files that came from elsewhere.</param>
/// <param name="Written">Files that were made here, or copied into the store.</param>
/// <param name="Reused">Files that the store had.</param>
public sealed record BuildTotals(BuildVolume Downloaded, BuildVolume Written, BuildVolume Reused)
{
    /// <summary>
    /// For people: <c>3 steps run, 2 cached; downloaded 2 files (4.62 GiB), wrote 1 (1.2 GiB), reused 5 (8.3 KiB)</c>; what there was none of is left out.
    /// </summary>
    /// <param name="stepsRun">Steps that did work.</param>
    /// <param name="stepsCached">Steps whose result the cache held.</param>
    public string Describe(int stepsRun, int stepsCached)
    {
        (string Verb, BuildVolume Volume)[] all = [("downloaded", Downloaded), ("wrote", Written), ("reused", Reused)];
        var volumes = all.Where(entry => entry.Volume.Files > 0).Select((entry, i) => $"{entry.Verb} {entry.Volume.Describe(i == 0)}").ToList();
        var steps = string.Create(CultureInfo.InvariantCulture, $"{stepsRun} {(stepsRun == 1 ? "step" : "steps")} run, {stepsCached} cached");
        return volumes.Count == 0 ? steps : $"{steps}; {string.Join(", ", volumes)}";
    }
}
