namespace GGUFPacker.Tasks.Outputs;

/// <summary>Where a build's results go.</summary>
internal sealed record ModelOutputOptions
{
    /// <summary>The directory that the output directory is relative to.</summary>
    public required string ProjectDirectory { get; init; }

    /// <summary>The output directory as the project states it; the record repeats it, so that a project that moves keeps its results.</summary>
    public required string OutputDirectory { get; init; }

    /// <summary>The file that lists what lies in the output directory.</summary>
    public required string OutputsRecord { get; init; }

    /// <summary>The file that lists the images.</summary>
    public required string ImagesRecord { get; init; }
}
