namespace GGUFPacker.Oci.Layers;

/// <summary>A layer is no tar that can be taken in, or cannot be put together.</summary>
public sealed class LayerException : Exception
{
    /// <summary>Creates the exception.</summary>
    public LayerException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
