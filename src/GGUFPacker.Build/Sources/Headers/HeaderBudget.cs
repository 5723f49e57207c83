namespace GGUFPacker.Build.Sources.Headers;

/// <summary>The bytes that reading one model's headers may move: whoever serves them decides what they claim, not what they cost.</summary>
internal sealed class HeaderBudget(long bytes)
{
    /// <summary>Bytes that came so far.</summary>
    public long Moved { get; private set; }

    /// <summary>Bytes that may still come.</summary>
    public long Left => bytes - Moved;

    /// <summary>Counts bytes that came.</summary>
    public void Take(long count) => Moved += count;

    /// <summary>What is told when nothing is left.</summary>
    public SourceException Exceeded(string name) =>
        new($"The header of {name} is not whole after {bytes} bytes, the most that are fetched of a model that is only looked at; fetch the file and name it.");
}
