using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;

namespace GGUFPacker.Cli.Output;

/// <summary>An image that was moved, for people and for programs.</summary>
internal static class ImageReport
{
    /// <summary>Writes its name and its manifest's digest.</summary>
    public static void Write(TextWriter output, ImageReference reference, Descriptor manifest, bool asJson)
    {
        if (!asJson)
        {
            output.WriteLine($"{reference}  {manifest.Digest}");
            return;
        }

        JsonText.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("reference", reference.ToString());
            writer.WriteString("mediaType", manifest.MediaType);
            writer.WriteString("digest", manifest.Digest.ToString());
            writer.WriteNumber("size", manifest.Size);
            writer.WriteEndObject();
        });
    }
}
