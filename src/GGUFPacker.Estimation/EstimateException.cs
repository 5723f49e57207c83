namespace GGUFPacker.Estimation;

/// <summary>A model or options whose memory cannot be estimated because llama.cpp would refuse them, or the header lacks what it must have.</summary>
public sealed class EstimateException : Exception
{
    /// <summary>An error with a message that names what is wrong.</summary>
    public EstimateException(string message)
        : base(message)
    {
    }
}
