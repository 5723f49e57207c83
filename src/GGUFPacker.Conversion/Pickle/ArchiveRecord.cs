namespace GGUFPacker.Conversion.Pickle;

/// <summary>An entry of a zip archive.</summary>
/// <param name="Offset">Where its local header begins.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="IsStored">Whether the bytes lie there as they are, not compressed.</param>
internal readonly record struct ArchiveRecord(long Offset, long Length, bool IsStored);
