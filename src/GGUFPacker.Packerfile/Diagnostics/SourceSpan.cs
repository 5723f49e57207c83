namespace GGUFPacker.Packerfile.Diagnostics;

/// <summary>A place in a source file; lines and columns count from 1, 0 means the whole file.</summary>
/// <param name="Path">The file.</param>
/// <param name="StartLine">The first line.</param>
/// <param name="StartColumn">The first column.</param>
/// <param name="EndLine">The last line.</param>
/// <param name="EndColumn">The column after the last one.</param>
public readonly record struct SourceSpan(string Path, int StartLine, int StartColumn, int EndLine, int EndColumn)
{
    /// <summary>A whole file.</summary>
    public static SourceSpan File(string path) => new(path, 0, 0, 0, 0);

    /// <summary>Whole lines.</summary>
    public static SourceSpan Lines(string path, int startLine, int endLine) => new(path, startLine, 1, endLine, 1);
}
