namespace GGUFPacker.Build.Sources.Git;

/// <summary>A commit that an address means.</summary>
/// <param name="Name">Its name, 40 or 64 hexadecimal digits.</param>
/// <param name="Reference">The branch or tag, with <c>refs/</c>; null where the address names the commit, or the default branch.</param>
/// <param name="Object">What the reference names: the commit, or the annotated tag that marks it.</param>
internal sealed record GitCommit(string Name, string? Reference, string Object)
{
    /// <summary>Refuses a commit that is not the one that was meant.</summary>
    /// <param name="checksum">What the commit's name, or its annotated tag's, begins with; null for any.</param>
    /// <param name="remote">What messages call the repository.</param>
    /// <exception cref="SourceException">It is another one.</exception>
    public void Verify(string? checksum, string remote)
    {
        if (checksum is not null
            && !Name.StartsWith(checksum, StringComparison.OrdinalIgnoreCase)
            && !Object.StartsWith(checksum, StringComparison.OrdinalIgnoreCase))
        {
            throw new SourceException($"{remote}: {Reference ?? "the commit"} is {Name}; {checksum} was expected.");
        }
    }
}
