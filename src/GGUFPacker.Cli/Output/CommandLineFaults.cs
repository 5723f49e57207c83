using System.CommandLine;
using System.CommandLine.Parsing;
using GGUFPacker.Cli.Commands;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Cli.Output;

/// <summary>What is wrong with a command line, told in its own words.</summary>
internal static class CommandLineFaults
{
    /// <summary>The faults; none if it can be run.</summary>
    public static IReadOnlyList<string> Find(ParseResult line)
    {
        var command = line.CommandResult.Command;
        if (command.Arguments.Any(argument => argument.CaptureRemainingTokens))
        {
            return [.. line.Errors.Select(error => error.Message)];
        }

        // What looks like an option and is none would otherwise be taken for a path or a name.
        if (FindSlip(line) is { } slip)
        {
            return [UnknownOption(command, slip)];
        }

        if (command.Subcommands.Count > 0 && line.Errors.Count > 0)
        {
            var names = command.Subcommands.Select(sub => sub.Name).ToList();
            return line.UnmatchedTokens is [var word, ..]
                ? [$"There is no command '{word}'.{(Suggestion.Find(word, names) is { } near ? $" Did you mean '{near}'?" : "")}"]
                : [$"{command.Name} needs a command: {string.Join(", ", names)}."];
        }

        return line.Errors.Count > 0 && line.UnmatchedTokens is [var surplus, ..]
            ? [$"'{surplus}' is an argument too many for {command.Name}."]
            : [.. line.Errors.Select(Describe).Distinct()];
    }

    private static string? FindSlip(ParseResult line)
    {
        var values = line.CommandResult.Children.OfType<OptionResult>().SelectMany(option => option.Tokens).ToHashSet(ReferenceEqualityComparer.Instance);
        return line.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)
            .FirstOrDefault(token => token.Type == TokenType.Argument && token.Value.Length > 1 && token.Value[0] == '-' && !values.Contains(token))?.Value;
    }

    private static string UnknownOption(Command command, string slip)
    {
        var name = slip.Split('=', 2)[0];
        var near = Suggestion.Find(name, command.Options.SelectMany(option => option.Aliases.Prepend(option.Name)));
        var passesOn = command.Arguments.OfType<PassedOnArgument>().Any();
        return $"'{name}' is no option{(command is RootCommand ? "" : $" of {command.Name}")}."
            + (near is null ? "" : $" Did you mean '{near}'?")
            + (passesOn ? $" Arguments for the server stand behind --: gguf-packer {command.Name} {command.Arguments[0].Name} -- {slip}" : "");
    }

    private static string Describe(ParseError error)
    {
        if (error.SymbolResult is not OptionResult { Tokens: [.., var token] } result)
        {
            return error.Message;
        }

        var type = Nullable.GetUnderlyingType(result.Option.ValueType) ?? result.Option.ValueType;
        return type == typeof(int) || type == typeof(long) ? $"{result.Option.Name} takes a whole number, not '{token.Value}'."
            : type.IsEnum ? $"{result.Option.Name} takes one of {string.Join(", ", Enum.GetNames(type)).ToLowerInvariant()}, not '{token.Value}'."
            : error.Message;
    }
}
