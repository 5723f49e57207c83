namespace GGUFPacker.Oci.Registry.Authentication;

/// <summary>A user's credential at one registry. Its text form does not show the secret.</summary>
/// <param name="User">The user's name; empty for an identity token.</param>
/// <param name="Secret">The password, access token or identity token.</param>
public sealed record RegistryCredential(string User, string Secret)
{
    /// <summary>Whether the secret is an OAuth 2 refresh token rather than a password.</summary>
    public bool IsIdentityToken { get; init; }

    /// <inheritdoc/>
    public override string ToString() => IsIdentityToken ? "identity token" : $"user '{User}'";
}
