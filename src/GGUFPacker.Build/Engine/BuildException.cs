using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Build.Engine;

/// <summary>A build failed for a reason the user can do something about.</summary>
public sealed class BuildException : Exception
{
    /// <summary>Creates the exception from what is wrong.</summary>
    public BuildException(ImmutableArray<Diagnostic> diagnostics, Exception? innerException = null)
        : base(string.Join(Environment.NewLine, diagnostics), innerException) => Diagnostics = diagnostics;

    /// <summary>What is wrong, each with its place in the file.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; }
}
