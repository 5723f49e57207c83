using System.Globalization;

namespace GGUFPacker.Testing.Registry;

/// <summary>An answer to write; or none, if the connection is to break.</summary>
public sealed record LoopbackResponse(int Status, byte[] Body)
{
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>The connection breaks after this many bytes of the body; null for a whole answer. -1 breaks it before the header.</summary>
    public long? BreakAfter { get; init; }

    /// <summary>The connection falls silent, rather than breaking, at <see cref="BreakAfter"/>.</summary>
    public bool Silent { get; init; }

    public static LoopbackResponse Empty(int status, params (string Name, string Value)[] headers) =>
        new(status, []) { Headers = headers.ToDictionary(h => h.Name, h => h.Value) };

    public static LoopbackResponse Error(int status, string code, string message) =>
        new(status, System.Text.Encoding.UTF8.GetBytes($$"""{"errors":[{"code":"{{code}}","message":"{{message}}"}]}""")) { Headers = { ["Content-Type"] = "application/json" } };

    /// <summary>A file, or the range of it that is asked for.</summary>
    public static LoopbackResponse Ranged(LoopbackRequest request, LoopbackFile file, bool hasRanges = true)
    {
        if (!hasRanges || request.Header("Range") is not { } range)
        {
            // Of a file that is not really there, nothing comes behind its beginning.
            return file.Length == file.Beginning.Length
                ? new LoopbackResponse(200, file.Beginning)
                : new LoopbackResponse(200, file.Beginning) { BreakAfter = file.Beginning.Length, Silent = true, Headers = { ["Content-Length"] = file.Length.ToString(CultureInfo.InvariantCulture) } };
        }

        var ends = range["bytes=".Length..].Split('-');
        var from = long.Parse(ends[0], CultureInfo.InvariantCulture);
        var to = ends[1].Length == 0 ? file.Length - 1 : Math.Min(long.Parse(ends[1], CultureInfo.InvariantCulture), file.Length - 1);
        return new LoopbackResponse(206, file.Read(from, to - from + 1))
        {
            Headers = { ["Content-Range"] = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{to}/{file.Length}") },
        };
    }

    /// <summary>The connection breaks without an answer.</summary>
    public static LoopbackResponse Broken { get; } = new(0, []) { BreakAfter = -1 };
}
