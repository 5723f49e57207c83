using System.Collections.Immutable;
using GGUFPacker.Build.Engine;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Store;
using GGUFPacker.Tasks.Reporting;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using IBuildEngine = GGUFPacker.Build.Engine.IBuildEngine;
using Task = System.Threading.Tasks.Task;

namespace GGUFPacker.Tasks.Outputs;

/// <summary>Builds a project's images and puts their model files into the output directory.</summary>
/// <param name="engine">Builds the images.</param>
/// <param name="store">The store that the engine builds into.</param>
/// <param name="log">Where warnings and messages go.</param>
internal sealed class ModelBuild(IBuildEngine engine, ContentStore store, TaskLoggingHelper log)
{
    /// <summary>Runs the build.</summary>
    /// <exception cref="BuildException">The GGUFPackerfile is faulty or a step failed.</exception>
    public async Task RunAsync(BuildRequest request, ModelOutputOptions output, IProgress<BuildProgress> progress, CancellationToken cancellationToken)
    {
        var result = await engine.BuildAsync(request, progress, cancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in result.Diagnostics)
        {
            log.LogDiagnostic(diagnostic);
        }

        var placed = ImmutableArray.CreateBuilder<string>();
        foreach (var (name, file) in OutputPlan.Of(result.Images, request.PackerfilePath))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (ModelOutput.Place(store, file, Path.Combine(output.ProjectDirectory, output.OutputDirectory, name)))
            {
                log.LogMessage(MessageImportance.Low, "'{0}' is {1}.", name, file.Digest);
            }

            placed.Add(Path.Combine(output.OutputDirectory, name));
        }

        // The order matters: MSBuild takes the images for newer than the files that they are made of.
        BuildRecord.WriteOutputs(output.OutputsRecord, placed);
        BuildRecord.WriteImages(output.ImagesRecord, result.Images.SelectMany(image =>
        {
            var content = image.Files.Select(file => file.StorePath).FirstOrDefault(output.OutputsRecord);
            return image.Target.References.Select(reference =>
                (reference, image.Manifest.Digest.ToString(), content, store.Tags.PathOf(ImageReference.Parse(reference))));
        }));
        log.LogMessage(MessageImportance.Normal, "{0}.", result.Totals.Describe(result.StepsRun, result.StepsCached));
    }
}
