using System.Collections.Immutable;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Packerfile;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Build.Checks;

/// <summary>Checks a GGUFPackerfile without building it: <c>gguf-packer build --check</c>, BuildKit's <c>frontend.lint</c>.</summary>
public static class PackerfileCheck
{
    /// <summary>Finds all that is wrong with a file: errors and violated lint rules of every stage, or of the requested ones.</summary>
    /// <param name="text">The file's bytes.</param>
    /// <param name="request">The build that would follow.</param>
    /// <param name="images">Finds images; null if none are looked for, and then one that is not to be had is no error.</param>
    public static CheckReport Run(ReadOnlySpan<byte> text, BuildRequest request, ImageResolver? images)
    {
        ArgumentNullException.ThrowIfNull(request);
        var document = PackerfileParser.Parse(text, request.PackerfilePath);
        var allStages = request.Targets.All(target => target.Stage is null);
        var found = new List<Diagnostic>();
        PlatformArguments?[] platforms = request.Platforms.IsEmpty
            ? [null]
            : [.. request.Platforms.Select(platform => new PlatformArguments { TargetPlatform = platform.ToString() })];
        foreach (var platform in platforms)
        {
            GraphBuilder.Check(document, request, allStages, images, platform, out var diagnostics);
            found.AddRange([.. diagnostics.Where(diagnostic => !found.Contains(diagnostic))]);
        }

        return new(
            Path.GetFileName(request.PackerfilePath),
            text.ToArray(),
            [.. found.Where(diagnostic => images is not null || diagnostic.Code != GraphDiagnosticCodes.ImageMissing)]);
    }
}
