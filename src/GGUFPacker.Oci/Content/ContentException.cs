namespace GGUFPacker.Oci.Content;

/// <summary>A manifest, index, config or layout is not what the OCI image specification says.</summary>
public sealed class ContentException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ContentException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
