using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry.Authentication;

namespace GGUFPacker.Oci.Registry;

/// <summary>How registries are talked to.</summary>
public sealed record RegistryOptions
{
    /// <summary>
    /// Finds the credential for a registry; null for anonymous access everywhere. <see cref="Authentication.DockerCredentials"/> reads Docker's.
    /// </summary>
    public Func<RegistryName, CancellationToken, ValueTask<RegistryCredential?>>? Credentials { get; init; }

    /// <summary>Whether certificates that nobody vouches for, and plain HTTP to other machines, are accepted.</summary>
    public bool Insecure { get; init; }

    /// <summary>Blobs of an image that are transferred at the same time.</summary>
    public int ParallelTransfers { get; init; } = 4;

    /// <summary>How often a request that failed for a passing reason is tried again without any byte of progress.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>The wait before the first new try; each later one is twice as long.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a connection may be silent. There is no limit to how long a transfer takes.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>The largest piece of an upload in pieces, which is used where a registry refuses a whole blob in one request.</summary>
    public int UploadChunkSize { get; init; } = 16 << 20;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
