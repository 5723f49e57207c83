using System.Text.Json;

namespace GGUFPacker.Build.Sources.Hub;

/// <summary>What the hub's API answers, as far as it is read.</summary>
internal static class HubAnswers
{
    internal sealed record Revision(string? Sha, JsonElement? CardData);

    internal sealed record Entry(string? Type, string? Oid, long Size, string? Path, Lfs? Lfs);

    internal sealed record Lfs(string? Oid, long Size);
}
