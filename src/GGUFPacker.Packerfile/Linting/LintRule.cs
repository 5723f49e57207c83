using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Packerfile.Linting;

/// <summary>A lint rule: something that a file can do, that works, and that it should not. docs/rules has a page for each.</summary>
/// <param name="Name">The name, as <c># check=skip=NAME</c> has it.</param>
/// <param name="Code">The diagnostic's code.</param>
/// <param name="Description">What the rule is about.</param>
public sealed record LintRule(string Name, string Code, string Description)
{
    /// <summary>Whether the rule is off unless <c># check=experimental=NAME</c> asks for it.</summary>
    public bool IsExperimental { get; init; }

    /// <summary>Whether the rule is about models, and no rule of Dockerfiles.</summary>
    public bool IsOfModels { get; init; }

    /// <summary>The rule's page, as the repository and the packages have it.</summary>
    public string Page => $"docs/rules/{Name}.md";

    /// <summary>A warning of this rule.</summary>
    public Diagnostic At(SourceSpan span, string message) => new(Code, DiagnosticSeverity.Warning, span, message) { Rule = Name };
}
