namespace GGUFPacker.Testing.Registry;

/// <summary>What goes wrong with the next requests of a kind.</summary>
public sealed class RegistryFault(string method, string path)
{
    public string Method { get; } = method;

    /// <summary>A part of the request's target.</summary>
    public string Path { get; } = path;

    /// <summary>How many requests it still strikes.</summary>
    public int Times { get; set; } = 1;

    /// <summary>It is answered with this status.</summary>
    public int? Status { get; init; }

    /// <summary>What the answer with <see cref="Status"/> says about the next try, where the server says something.</summary>
    public string RetryAfter { get; init; } = "0";

    /// <summary>The connection breaks after so many bytes of the answer's body; -1 before its header.</summary>
    public long? BreakAfter { get; init; }

    /// <summary>The connection falls silent instead of breaking.</summary>
    public bool Silent { get; init; }

    /// <summary>The connection breaks after so many bytes of the request's body.</summary>
    public long? BreakRequestAfter { get; init; }

    /// <summary>What came of an upload before the connection broke is kept, to be gone on with.</summary>
    public bool KeepsPart { get; init; }

    /// <summary>The answer's last byte is wrong.</summary>
    public bool Corrupts { get; init; }

    /// <summary>The answer's body is another.</summary>
    public Func<byte[], byte[]>? Rewrites { get; init; }
}
