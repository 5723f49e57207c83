using System.Net;

namespace GGUFPacker.Oci.Registry;

/// <summary>A registry refused a request, answered it wrongly or could not be reached.</summary>
public sealed class RegistryException : Exception
{
    /// <summary>Creates the exception.</summary>
    public RegistryException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The status that the registry answered with; null if it did not answer.</summary>
    public HttpStatusCode? StatusCode { get; init; }

    /// <summary>The error code of the distribution specification that it answered with, such as <c>MANIFEST_UNKNOWN</c>; null if it gave none.</summary>
    public string? ErrorCode { get; init; }
}
