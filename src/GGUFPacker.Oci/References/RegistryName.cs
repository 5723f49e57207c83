using System.Net;

namespace GGUFPacker.Oci.References;

/// <summary>A registry's host and port as references name it: <c>docker.io</c>, <c>ghcr.io</c>, <c>localhost:5000</c>, <c>[::1]:5000</c>.</summary>
public readonly record struct RegistryName
{
    /// <summary>What a reference without a registry means.</summary>
    public static RegistryName DockerHub { get; } = new("docker.io");

    private readonly string? _name;

    internal RegistryName(string name) => _name = name;

    /// <summary>The name with its port, if it has one.</summary>
    public string Name => _name ?? throw new InvalidOperationException("The registry is not set.");

    /// <summary>The host and port that answer the distribution protocol; Docker Hub's differs from its name.</summary>
    public string ApiHost => Name == DockerHub.Name ? "registry-1.docker.io" : Name;

    /// <summary>Whether it is on this machine, where plain HTTP is the rule.</summary>
    public bool IsLoopback
    {
        get
        {
            var host = Host;
            return host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
                || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
        }
    }

    /// <summary>The name without its port; an IPv6 address without its brackets.</summary>
    private string Host => Name[0] == '[' ? Name[1..Name.IndexOf(']', StringComparison.Ordinal)]
        : Name.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? Name[..colon] : Name;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
