namespace GGUFPacker.Build.Embedded.Files;

/// <summary>The numbers of a file's owner and group; the default is root.</summary>
internal readonly record struct FileOwner(int UserId, int GroupId);
