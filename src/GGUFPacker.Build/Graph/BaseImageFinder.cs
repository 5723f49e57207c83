using GGUFPacker.Build.Engine;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Instructions;
using GGUFPacker.Packerfile.Linting;

namespace GGUFPacker.Build.Graph;

/// <summary>Finds the images that a file names, and says what is wrong with a name that has none.</summary>
internal sealed class BaseImageFinder(ImageResolver images, Platform target, DiagnosticBag diagnostics, LintReporter lint)
{
    /// <summary>The platform that is built for.</summary>
    public Platform TargetPlatform => target;

    /// <summary>The platform that a FROM asks for; the target's if it asks for none or for one that does not exist, which is then a diagnostic.</summary>
    public Platform PlatformOf(FromInstruction from)
    {
        if (from.Platform is null)
        {
            return target;
        }

        try
        {
            return Platform.Parse(from.Platform);
        }
        catch (FormatException error)
        {
            diagnostics.Error(DiagnosticCodes.InvalidFlagValue, from.Span, $"--platform={from.Platform}: {error.Message}");
            return target;
        }
    }

    /// <summary>An image by its reference; null if it cannot be had, which is then a diagnostic that begins with <paramref name="missing"/>.</summary>
    public BaseImage? Find(string name, Platform platform, SourceSpan span, string missing)
    {
        if (!ImageReference.TryParse(name, out var reference, out var fault))
        {
            diagnostics.Error(GraphDiagnosticCodes.UnknownStage, span, $"{missing} It is no image either: {fault}");
            return null;
        }

        try
        {
            if (images(reference, platform) is { } image)
            {
                CheckPlatform(image, name, platform, span);
                return image;
            }

            Missing($"There is no image {name} either, in the store or in its registry; an image of a registry is fetched with 'gguf-packer pull {name}'.");
        }
        catch (RegistryException error) when (error.StatusCode is null)
        {
            Missing($"The store has no image {name}, and its registry does not answer: {error.Message.TrimEnd('.')}. Without a network, fetch it beforehand with 'gguf-packer pull {name}', or give an exported one: --build-context {name}=oci-layout://PATH.");
        }
        catch (Exception error) when (error is ContentException or StoreException or RegistryException)
        {
            Missing($"The image {name} cannot be read: {error.Message}");
        }

        return null;

        void Missing(string why) => diagnostics.Error(GraphDiagnosticCodes.ImageMissing, span, $"{missing} {why}");
    }

    private void CheckPlatform(BaseImage image, string name, Platform platform, SourceSpan span)
    {
        var (actual, wanted) = (image.Config.Platform.Normalize(), platform.Normalize());
        if ((actual.Os, actual.Architecture) != (wanted.Os, wanted.Architecture))
        {
            lint.Report(
                LintRules.InvalidBaseImagePlatform, span, $"Base image {name} was pulled with platform \"{actual}\", expected \"{wanted}\" for current build");
        }
    }
}
