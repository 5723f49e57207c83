namespace GGUFPacker.Build.Sources.Hub;

/// <summary>
/// The cache that the hub's own tools keep: <c>models--ORG--NAME/refs/REVISION</c> holds a commit, <c>snapshots/COMMIT/PATH</c> the files. It is read only, and
/// what is read is verified like anything else.
/// </summary>
internal sealed class HubCache(string? directory)
{
    /// <summary>A file of a commit; null if it is not there.</summary>
    public string? Find(string repository, string commit, string path)
    {
        var file = Snapshot(repository, commit) is { } snapshot ? Path.Combine([snapshot, .. path.Split('/')]) : null;
        return File.Exists(file) ? file : null;
    }

    /// <summary>The directory of a revision; null if there is none.</summary>
    public string? FindRevision(string repository, string revision)
    {
        if (Folder(repository) is not { } folder || revision.Split('/').Any(part => part is "" or "." or ".."))
        {
            return null;
        }

        var reference = Path.Combine([folder, "refs", .. revision.Split('/')]);
        var commit = File.Exists(reference) && new FileInfo(reference).Length < 200 ? File.ReadAllText(reference).Trim() : revision;
        return Snapshot(repository, commit) is { } snapshot && Directory.Exists(snapshot) ? snapshot : null;
    }

    private string? Snapshot(string repository, string commit) =>
        commit.Length == 40 && commit.All(char.IsAsciiHexDigit) && Folder(repository) is { } folder ? Path.Combine(folder, "snapshots", commit) : null;

    private string? Folder(string repository) =>
        directory is null || repository.Contains("..", StringComparison.Ordinal)
            ? null
            : Path.Combine(directory, $"models--{repository.Replace("/", "--", StringComparison.Ordinal)}");
}
