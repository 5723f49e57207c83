using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Build.Sources;

/// <summary>A model elsewhere of which only the headers were read.</summary>
/// <param name="Name">Where it is, for people: a repository and a file, or an address.</param>
/// <param name="Header">Its header.</param>
/// <param name="BytesMoved">Bytes of its files that were fetched.</param>
public sealed record RemoteModel(string Name, GgufModelHeader Header, long BytesMoved);
