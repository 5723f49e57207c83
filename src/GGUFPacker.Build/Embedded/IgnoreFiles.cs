using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Ignoring;

namespace GGUFPacker.Build.Embedded;

/// <summary>
/// Finds what a context leaves out: the ignore file of the GGUFPackerfile itself (<c>&lt;file&gt;.ggufpackerignore</c>, for the build context only), else
/// <c>.ggufpackerignore</c>, else <c>.dockerignore</c> at the context's root.
/// </summary>
internal static class IgnoreFiles
{
    /// <summary>The ignore file of a context; null if it has none.</summary>
    /// <param name="request">The build.</param>
    /// <param name="context">The context's name.</param>
    /// <param name="directory">The context's directory.</param>
    public static string? Find(BuildRequest request, string context, string directory)
    {
        string[] candidates = [Path.Combine(directory, IgnoreFile.Name), Path.Combine(directory, IgnoreFile.DockerName)];
        return (context == ContextNode.BuildContext ? candidates.Prepend(request.PackerfilePath + IgnoreFile.Name) : candidates).FirstOrDefault(File.Exists);
    }

    /// <summary>The patterns of a context.</summary>
    /// <exception cref="BuildException">The file is malformed.</exception>
    public static IgnorePatterns Read(BuildRequest request, string context, string directory) => Read(Find(request, context, directory));

    /// <summary>The patterns of an ignore file; none without one.</summary>
    /// <exception cref="BuildException">The file is malformed.</exception>
    public static IgnorePatterns Read(string? path)
    {
        if (path is null)
        {
            return IgnorePatterns.None;
        }

        try
        {
            return new IgnorePatterns(IgnoreFile.ReadPatterns(File.ReadAllBytes(path)));
        }
        catch (FormatException error)
        {
            throw new BuildException(
                [new Diagnostic(GraphDiagnosticCodes.InvalidIgnoreFile, DiagnosticSeverity.Error, SourceSpan.File(path), error.Message)], error);
        }
    }
}
