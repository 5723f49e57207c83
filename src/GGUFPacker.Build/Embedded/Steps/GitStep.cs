using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Build.Sources;
using GGUFPacker.Build.Sources.Git;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>A git repository as a file system. The remote is asked which commit is meant; one that was fetched before is not fetched again.</summary>
internal static partial class GitStep
{
    private const string LargeFilesConfig = ".lfsconfig";

    /// <summary>Finds out what the repository has.</summary>
    /// <exception cref="SourceException">It cannot be read.</exception>
    public static async ValueTask<StageTree> RunAsync(BuildSession session, GitNode node, CancellationToken cancellationToken)
    {
        var address = new GitAddress(node.Remote, node.Reference, node.Directory);
        var git = new GitProgram();
        var repository = new GitRepository(git, session.Store);
        var commit = await repository.ResolveAsync(address, cancellationToken).ConfigureAwait(false);
        // A directory of a repository has no .git of its own.
        var keepsGit = node.KeepGitDirectory && node.Directory.Length == 0;
        commit.Verify(node.Checksum, address.Shown);
        var key = $"git 2\n{node.Remote}\n{commit.Name}\n{node.Directory}{(keepsGit ? $"\n{commit.Reference} {commit.Object}" : "")}";
        if (Known(session, node, key) is not { } entries)
        {
            session.Report(node, BuildStepStatus.Started);
            entries = await repository.FetchAsync(address, commit, keepsGit, text => session.Note(node, text), cancellationToken).ConfigureAwait(false);
            Remember(session, node, key, entries);
            foreach (var entry in entries.Where(entry => !entry.IsLarge && entry.Fault is null))
            {
                session.Reporter.Count(new StoredFile(entry.Digest, entry.Size, "", ContentOrigin.Downloaded));
            }

            session.Report(node, BuildStepStatus.Completed);
        }

        var large = new Lazy<LfsClient>(() => OpenLargeFiles(session, git, address, entries));
        var files = new DifferenceBuilder(StageTree.Empty);
        foreach (var entry in entries)
        {
            FileContent content = entry.Fault is { } fault ? new FaultyContent(session, node, fault) : entry.IsLarge
                ? new RemoteContent(
                    session,
                    node,
                    entry.Path,
                    entry.Digest.ToString(),
                    entry.Size,
                    token => large.Value.FindAsync(entry, token),
                    () => session.Sources.Files,
                    () => null)
                : new StoredContentFile(new StoredFile(entry.Digest, entry.Size, session.Store.Contents.PathOf(entry.Digest)));
            files.Set(entry.Path, new FileEntry(content, entry.IsExecutable ? FileEntry.ExecutableMode : FileEntry.DefaultMode));
        }

        if (keepsGit)
        {
            // Without it git takes the directory for none of its own.
            files.EnsureDirectory(".git/refs");
        }

        return StageTree.Empty.With(files.Build());
    }

    // A login in the repository's address holds for its large files too, and for no other host.
    private static LfsClient OpenLargeFiles(BuildSession session, GitProgram git, GitAddress address, ImmutableArray<GitEntry> entries)
    {
        var server = LargeFiles(session, address, entries);
        var isSame = Uri.TryCreate(address.Remote, UriKind.Absolute, out var remote) && remote.Scheme == server.Scheme && remote.Authority == server.Authority;
        return new LfsClient(
            session.Sources.Http,
            git,
            server,
            isSame && remote!.UserInfo.Contains(':', StringComparison.Ordinal) ? Uri.UnescapeDataString(remote.UserInfo) : null);
    }

    // The repository itself may say where its large files are.
    private static Uri LargeFiles(BuildSession session, GitAddress address, ImmutableArray<GitEntry> entries)
    {
        if (entries.FirstOrDefault(entry => entry.Path == LargeFilesConfig) is { IsLarge: false, Size: < 64 << 10 } config)
        {
            var line = File.ReadLines(session.Store.Contents.PathOf(config.Digest))
                .Select(line => line.Split('=', 2))
                .FirstOrDefault(pair => pair.Length == 2 && pair[0].Trim() is "url");
            if (line is not null && Uri.TryCreate(line[1].Trim().Trim('"'), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
            {
                return uri;
            }
        }

        return address.LargeFiles
            ?? throw new SourceException($"{address.Shown} has large files (git LFS), and no server for them can be derived from that address.");
    }

    private static ImmutableArray<GitEntry>? Known(BuildSession session, GitNode node, string key)
    {
        if (session.Steps.FindContent(node, key) is not { } stored)
        {
            return null;
        }

        try
        {
            var records = JsonSerializer.Deserialize(File.ReadAllBytes(stored.Path), GitStepJson.Default.RecordArray) ?? [];
            var entries = records.Select(record => new GitEntry(record.Path, record.IsExecutable, record.Digest.Length == 0 ? default : Digest.Parse(record.Digest), record.Size, record.IsLarge) { Fault = record.Fault }).ToImmutableArray();
            return entries.All(entry => entry.IsLarge || entry.Fault is not null || session.Store.Contents.Contains(entry.Digest, entry.Size)) ? entries : null;
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            return null;
        }
    }

    private static void Remember(BuildSession session, GitNode node, string key, ImmutableArray<GitEntry> entries)
    {
        var records = entries.Select(entry => new Record(entry.Path, entry.IsExecutable, entry.Fault is null ? entry.Digest.ToString() : "", entry.Size, entry.IsLarge, entry.Fault)).ToArray();
        var stored = session.Store.Contents.Ingest(JsonSerializer.SerializeToUtf8Bytes(records, GitStepJson.Default.RecordArray));
        session.Steps.PutContent(key, CacheRecord.Source, node.Name, stored.Digest, stored.Size);
    }

    internal sealed record Record(string Path, bool IsExecutable, string Digest, long Size, bool IsLarge, string? Fault = null);

    [JsonSerializable(typeof(Record[]))]
    internal sealed partial class GitStepJson : JsonSerializerContext;
}
