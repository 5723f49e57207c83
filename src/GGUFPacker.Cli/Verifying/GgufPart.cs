using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Cli.Verifying;

/// <summary>A GGUF file that has been opened: one part of a model, or all of it.</summary>
/// <param name="Name">Its name, for messages.</param>
/// <param name="Header">Its header.</param>
/// <param name="Length">Its bytes.</param>
internal sealed record GgufPart(string Name, GgufHeader Header, long Length);
