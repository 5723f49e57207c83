using System.Net.Http.Headers;

namespace GGUFPacker.Build.Sources.Http;

/// <summary>How files are fetched over HTTP.</summary>
internal sealed record HttpOptions
{
    /// <summary>The header that an address is to be sent, by its origin: a credential never goes to another host. Null for none.</summary>
    public Func<Uri, AuthenticationHeaderValue?> Authorization { get; init; } = _ => null;

    /// <summary>How often a request that failed for a passing reason is tried again without any byte of progress.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>The wait before the first new try; each later one is twice as long.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a connection may be silent. There is no limit to how long a transfer takes.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The stretches of a large file that are fetched at the same time.</summary>
    public int ParallelRanges { get; init; } = 4;

    /// <summary>The bytes of one stretch.</summary>
    public int RangeBytes { get; init; } = 16 << 20;

    /// <summary>The largest answer that is read into memory: a listing, a pointer, a page of an API.</summary>
    public int MaxDocumentBytes { get; init; } = 64 << 20;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
