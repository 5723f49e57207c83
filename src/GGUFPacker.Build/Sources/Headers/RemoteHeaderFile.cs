namespace GGUFPacker.Build.Sources.Headers;

/// <summary>A GGUF file elsewhere whose beginning is wanted.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Name">What errors call it.</param>
/// <param name="Size">Its size, if a listing told it.</param>
/// <param name="Explain">Tells what a refusal means; null for the plain status.</param>
internal sealed record RemoteHeaderFile(Uri Address, string Name, long? Size = null, Func<HttpResponseMessage, SourceException>? Explain = null);
