using System.Text.RegularExpressions;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Packerfile.Tests;

/// <summary>
/// Which of our codes stands for which of the reference's sentences. Ours are other words by intention: they say what to do.
/// </summary>
internal static partial class ReferenceErrors
{
    private static readonly (string Pattern, string Code)[] Codes =
    [
        ("^file with no instructions", DiagnosticCodes.EmptyFile),
        ("cannot be empty$", DiagnosticCodes.EmptyFile),
        ("^invalid escape token", DiagnosticCodes.InvalidEscape),
        ("^only one .* parser directive", DiagnosticCodes.DirectiveRepeated),
        ("can't find = in|LABEL must have two arguments", DiagnosticCodes.InvalidLabel),
        ("arrays must be comprised of strings only", DiagnosticCodes.JsonNotStrings),
        ("^unterminated heredoc", DiagnosticCodes.UnterminatedHeredoc),
        ("line greater than max allowed size", DiagnosticCodes.LineTooLong),
        ("FROM requires either one or three arguments", DiagnosticCodes.InvalidFrom),
        ("invalid name for build stage", DiagnosticCodes.InvalidStageName),
        ("unknown flag: ", DiagnosticCodes.UnknownFlag),
        ("missing a value on flag|type is required$", DiagnosticCodes.FlagWithoutValue),
        ("duplicate flag specified", DiagnosticCodes.FlagRepeated),
        ("expecting boolean value", DiagnosticCodes.InvalidFlagValue),
        ("^invalid class", DiagnosticCodes.InvalidFlagValue),
        ("can't be used together|base model must be specified", DiagnosticCodes.ConflictingFlags),
        ("no build stage in current context", DiagnosticCodes.InstructionBeforeFrom),
        ("contains no stages to build", DiagnosticCodes.NoStage),
        ("unknown instruction: ", DiagnosticCodes.UnknownInstruction),
        ("requires at least (one|two) argument", DiagnosticCodes.MissingArguments),
        ("names can not be blank", DiagnosticCodes.EmptyName),
        ("cannot accept a heredoc", DiagnosticCodes.HeredocNotAllowed),
        ("must use JSON form", DiagnosticCodes.CommandNotJson),
        ("CMD: (no arguments|illegal first argument|.* argument requires)", DiagnosticCodes.InvalidCommand),
        ("command must point out the main model", DiagnosticCodes.CommandWithoutModel),
        ("only one source file is allowed", DiagnosticCodes.SeveralSources),
        ("checksum can't be specified|unsupported digest algorithm|invalid checksum digest", DiagnosticCodes.InvalidChecksum),
        ("^failed to process ", DiagnosticCodes.InvalidExpansion),
    ];

    private static readonly (string Pattern, ExpansionFault Fault)[] Faults =
    [
        ("matching single-quote$", ExpansionFault.UnclosedSingleQuote),
        ("matching double-quote$", ExpansionFault.UnclosedDoubleQuote),
        ("syntax error: missing '}'$", ExpansionFault.UnclosedBrace),

        // The end of the text is no operator.
        ("unsupported modifier \\(:?\uFFFD\\) in substitution$", ExpansionFault.UnclosedBrace),
        ("syntax error: missing '/' in \\$\\{\\}$", ExpansionFault.MissingReplacement),
        ("syntax error: bad substitution$", ExpansionFault.MissingName),
        ("unsupported modifier \\((.|\n)*\\) in substitution$", ExpansionFault.UnknownOperator),
        ("invalid pattern \\((.|\n)*\\) in substitution: ", ExpansionFault.InvalidPattern),
        ("^failed to process (.|\n)*: \\S+: ", ExpansionFault.RequiredVariable),
    ];

    public static string? CodeOf(string sentence) =>
        Codes.FirstOrDefault(c => Regex.IsMatch(sentence, c.Pattern, RegexOptions.CultureInvariant)).Code;

    public static ExpansionFault FaultOf(string sentence) =>
        Faults.First(f => Regex.IsMatch(sentence, f.Pattern, RegexOptions.CultureInvariant)).Fault;

    public static string? SuggestionIn(string sentence) =>
        Suggested().Match(sentence) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"\(did you mean (.*)\?\)$")]
    private static partial Regex Suggested();
}
