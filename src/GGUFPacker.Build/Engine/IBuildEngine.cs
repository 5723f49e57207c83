namespace GGUFPacker.Build.Engine;

/// <summary>Builds a GGUFPackerfile into images. The embedded engine does it in this process.</summary>
public interface IBuildEngine
{
    /// <summary>Builds the requested targets; steps that several of them share run once.</summary>
    /// <param name="request">What to build.</param>
    /// <param name="progress">Told of each step's start, advance and end; may be called from any thread.</param>
    /// <param name="cancellationToken">Stops the build; nothing half-written stays behind.</param>
    /// <exception cref="BuildException">The file is faulty or a step failed; it carries every diagnostic.</exception>
    Task<BuildResult> BuildAsync(BuildRequest request, IProgress<BuildProgress>? progress, CancellationToken cancellationToken);
}
