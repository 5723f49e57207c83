namespace GGUFPacker.Cli.Verifying;

/// <summary>Something that is wrong with a model.</summary>
/// <param name="Rule">What it is a case of.</param>
/// <param name="Subject">The file or the argument.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Advice">What to do about it.</param>
internal sealed record Finding(VerifyRule Rule, string Subject, string Message, string Advice);
