namespace GGUFPacker.Oci.Registry.Authentication;

/// <summary>
/// The credential that a build server gives in the variables of the .NET SDK's container support, <c>DOTNET_CONTAINER_REGISTRY_UNAME</c> and
/// <c>DOTNET_CONTAINER_REGISTRY_PWORD</c>.
/// It names no registry, so the caller offers it to the one registry that was asked for and to no other.
/// </summary>
public static class EnvironmentCredential
{
    /// <summary>Reads the variables.</summary>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="pushing">Whether the variables for pushing, <c>DOTNET_CONTAINER_PUSH_REGISTRY_…</c>, come first; otherwise those for pulling.</param>
    /// <returns>Null if they are not set.</returns>
    public static RegistryCredential? Read(Func<string, string?> environment, bool pushing)
    {
        var directed = pushing ? "DOTNET_CONTAINER_PUSH_REGISTRY" : "DOTNET_CONTAINER_PULL_REGISTRY";
        foreach (var prefix in new[] { directed, "DOTNET_CONTAINER_REGISTRY", "SDK_CONTAINER_REGISTRY" })
        {
            if (environment($"{prefix}_UNAME") is { Length: > 0 } user && environment($"{prefix}_PWORD") is { Length: > 0 } password)
            {
                // The SDK's way to pass an identity token.
                return user == "<token>" ? new RegistryCredential("", password) { IsIdentityToken = true } : new RegistryCredential(user, password);
            }
        }

        return null;
    }
}
