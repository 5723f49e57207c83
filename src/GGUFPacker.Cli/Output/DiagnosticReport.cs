using GGUFPacker.Packerfile;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Cli.Output;

/// <summary>A diagnostic for a person: the line that editors understand, and the lines of the file that it is about.</summary>
internal static class DiagnosticReport
{
    /// <summary>Writes a diagnostic about a file on the disk, which may be gone by now.</summary>
    public static void Write(TextWriter writer, Diagnostic diagnostic)
    {
        byte[] text = [];
        try
        {
            var file = new FileInfo(diagnostic.Span.Path);
            text = diagnostic.Span.StartLine > 0 && file.Exists && file.Length <= PackerfileLimits.FileLength ? File.ReadAllBytes(file.FullName) : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // The message says enough.
        }

        Write(writer, diagnostic, text);
    }

    /// <summary>Writes a diagnostic about a text.</summary>
    public static void Write(TextWriter writer, Diagnostic diagnostic, ReadOnlyMemory<byte> text)
    {
        writer.WriteLine(diagnostic);
        writer.Write(SourceExcerpt.Of(text.Span, diagnostic.Span, Path.GetFileName(diagnostic.Span.Path)));
    }
}
