using System.Text.Json.Serialization;

namespace GGUFPacker.Build.Sources.Git;

/// <summary>What a server of large files is asked and answers, as far as it is read.</summary>
internal static class LfsAnswers
{
    internal sealed record Batch(IReadOnlyList<Entry>? Objects, string? Message);

    internal sealed record Entry(string? Oid, Actions? Actions, Failure? Error);

    internal sealed record Actions(Download? Download);

    internal sealed record Download(string? Href, Dictionary<string, string>? Header);

    internal sealed record Failure(int Code, string? Message);

    internal sealed record Question(string Operation, string[] Transfers, Wanted[] Objects);

    internal sealed record Wanted(string Oid, long Size);
}

/// <summary>Reads the server's answers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LfsAnswers.Batch))]
[JsonSerializable(typeof(LfsAnswers.Question))]
internal sealed partial class LfsJson : JsonSerializerContext;
