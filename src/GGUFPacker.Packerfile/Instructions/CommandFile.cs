namespace GGUFPacker.Packerfile.Instructions;

/// <summary>A file of the image that CMD names.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Value">Its path, relative to <c>/</c>.</param>
/// <param name="Index">The index of the argument that names it among CMD's arguments.</param>
public sealed record CommandFile(CommandFileKind Kind, string Value, int Index);
