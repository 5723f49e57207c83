using System.Text.RegularExpressions;
using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Packerfile.Linting.Rules;

/// <summary>SecretsUsedInArgOrEnv looks at names, SecretInDefault at values: an argument is written into the image's history either way.</summary>
internal static partial class SecretRules
{
    public static void CheckNames(StageFacts stage, ArgInstruction instruction)
    {
        foreach (var argument in instruction.Arguments.Where(argument => SecretName().IsMatch(argument.Key) && !HarmlessName().IsMatch(argument.Key)))
        {
            stage.Report(
                LintRules.SecretsUsedInArgOrEnv, instruction.Span, $"Do not use ARG or ENV instructions for sensitive data (ARG \"{argument.Key}\")");
        }
    }

    public static void CheckDefaults(PackerfileDocument document, LintReporter reporter)
    {
        foreach (var instruction in document.GlobalArguments.Concat(document.Stages.SelectMany(stage => stage.Instructions).OfType<ArgInstruction>()))
        {
            foreach (var argument in instruction.Arguments.Where(argument => argument.Value is { } value && SecretValue().IsMatch(value)))
            {
                reporter.Report(
                    LintRules.SecretInDefault,
                    instruction.Span,
                    $"The default of '{argument.Key}' looks like a secret, and would be in the image's history: give tokens by the environment (HF_TOKEN), not in the file",
                    reporter.Options.WithComments(instruction.Comments));
            }
        }
    }

    [GeneratedRegex("(_|^)(apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(_|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();

    [GeneratedRegex("(_|^)(public|file|version)(_|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex HarmlessName();

    // Tokens of Hugging Face, GitHub, GitLab, AWS and OpenAI, private keys, and passwords in URLs.
    [GeneratedRegex(
        "hf_[A-Za-z0-9]{20,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|AKIA[A-Z0-9]{16}|sk-[A-Za-z0-9_-]{20,}"
        + "|-----BEGIN [A-Z ]*PRIVATE KEY|://[^/@:$]+:[^/@$]+@",
        RegexOptions.CultureInvariant)]
    private static partial Regex SecretValue();
}
