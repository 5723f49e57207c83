namespace GGUFPacker.Packerfile.Instructions;

/// <summary>A file whose content stands in the GGUFPackerfile.</summary>
/// <param name="Name">Its name: the heredoc's word, or STDIN for CAT's plain words.</param>
/// <param name="Data">Its content; <see cref="Syntax.SourceText.Encode"/> gives the bytes.</param>
/// <param name="Expand">Whether variables in it are expanded.</param>
public sealed record HeredocContent(string Name, string Data, bool Expand);
