namespace GGUFPacker.Conversion.Pickle;

/// <summary>A pickle cannot be read. The message is the part of a sentence that says why.</summary>
internal sealed class PickleException(string message) : Exception(message);
