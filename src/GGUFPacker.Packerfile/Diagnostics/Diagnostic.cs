namespace GGUFPacker.Packerfile.Diagnostics;

/// <summary>Something a user's file causes: an error, a warning or a piece of information, with its place.</summary>
/// <param name="Code">The code, such as <c>GGUF0102</c>; docs has a page for each.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Span">Where it is.</param>
/// <param name="Message">What is wrong and what to do; logins of addresses in it are left out.</param>
public sealed record Diagnostic(string Code, DiagnosticSeverity Severity, SourceSpan Span, string Message)
{
    /// <summary>What is wrong and what to do, without the logins of addresses.</summary>
    public string Message { get; init => field = AddressLogin.Remove(value); } = AddressLogin.Remove(Message);

    /// <summary>The lint rule's name; null for what no rule says. docs/rules has a page for each.</summary>
    public string? Rule { get; init; }

    /// <summary>
    /// The form that editors and MSBuild understand: <c>path(line,column): error CODE: message</c>; without a place for what is about a whole file.
    /// </summary>
    public override string ToString() =>
        $"{Span.Path}{(Span.StartLine > 0 ? $"({Span.StartLine},{Span.StartColumn})" : "")}: {Category} {Code}: {Message}{(Rule is null ? "" : $" [{Rule}]")}";

    // MSBuild would read another word than these two as neither, which is right for information.
    private string Category => Severity switch
    {
        DiagnosticSeverity.Error => "error",
        DiagnosticSeverity.Warning => "warning",
        _ => "info",
    };
}
