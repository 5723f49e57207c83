namespace GGUFPacker.Cli.Verifying;

/// <summary>Something that can be wrong with a model.</summary>
/// <param name="Id">Its name, which never changes.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Advice">What to do about it, where the finding does not know better.</param>
internal sealed record VerifyRule(string Id, FindingSeverity Severity, string Advice)
{
    /// <summary>A case of it.</summary>
    /// <param name="subject">The file or the argument.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="advice">What to do, where that is known better than in general.</param>
    public Finding Of(string subject, string message, string? advice = null) => new(this, subject, message, advice ?? Advice);
}
