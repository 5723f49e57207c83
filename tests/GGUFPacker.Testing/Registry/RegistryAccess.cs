namespace GGUFPacker.Testing.Registry;

/// <summary>How a registry lets clients in.</summary>
public enum RegistryAccess
{
    /// <summary>Anyone, without a word.</summary>
    Anonymous,

    /// <summary>Anyone, with a token from the token service.</summary>
    AnonymousToken,

    /// <summary>User and password on each request.</summary>
    Basic,

    /// <summary>A token, for which the token service wants user and password.</summary>
    Token,
}
