namespace GGUFPacker.Build.Sources;

/// <summary>A source elsewhere (a web address, a hub, a git repository) does not give what was asked of it.</summary>
public sealed class SourceException(string message, Exception? inner = null) : Exception(message, inner);
