namespace GGUFPacker.Oci.Store;

/// <summary>The store has not what is asked for, or what it has is damaged.</summary>
public sealed class StoreException : Exception
{
    /// <summary>Creates the exception.</summary>
    public StoreException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
