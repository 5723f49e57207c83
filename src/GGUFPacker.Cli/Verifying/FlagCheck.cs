using System.Globalization;
using System.Text.Json;
using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Cli.Verifying;

/// <summary>Holds arguments against the flags of llama-server: what it would refuse at its start, and what to write instead.</summary>
internal static class FlagCheck
{
    /// <summary>What is wrong with arguments.</summary>
    /// <param name="arguments">llama-server's arguments.</param>
    public static IEnumerable<Finding> Check(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            var flag = LlamaServerFlags.Find(argument);
            var next = arguments.ElementAtOrDefault(i + 1);
            if (flag is null)
            {
                yield return Unknown(argument);

                // What follows an unknown flag is its value as far as anybody can tell.
                i += argument.StartsWith('-') && next?.StartsWith('-') is false ? 1 : 0;
                continue;
            }

            if (flag.Status != FlagStatus.Current)
            {
                yield return flag.Status == FlagStatus.Gone
                    ? VerifyRules.RemovedFlag.Of(argument, $"llama-server {LlamaServerFlags.Version} no longer knows {argument}.", Sentence(flag.Note))
                    : VerifyRules.FlagOfAnotherProgram.Of(argument, $"{argument} is for {flag.Note}, not for llama-server.");
            }
            else if (IsOldScale(flag, next, arguments.ElementAtOrDefault(i + 2)))
            {
                yield return VerifyRules.OldFlagForm.Of(
                    argument, $"{argument} FILE SCALE is the form of earlier versions; llama-server {LlamaServerFlags.Version} takes {argument} FILE:SCALE.");
                i++;
            }
            else if (CheckValue(argument, flag, next) is { } finding)
            {
                yield return finding;
            }

            i += flag.CountValues(next);
        }
    }

    /// <summary>Whether a factor stands behind its file, as earlier versions took it.</summary>
    internal static bool IsOldScale(LlamaServerFlag flag, string? file, string? scale) =>
        flag.Value == FlagValue.ScaledFiles && file is not null && scale is not null && IsNumber(scale)
        && CommandFileList.ParseScaled(file) is null;

    private static Finding Unknown(string argument)
    {
        if (!argument.StartsWith('-'))
        {
            return VerifyRules.UnexpectedArgument.Of(argument, $"'{argument}' is no option and no value of one.");
        }

        // llama.cpp's programs take no --option=value.
        var name = argument.Split('=', 2)[0];
        var near = LlamaServerFlags.Find(name) is { Status: FlagStatus.Current } ? name : LlamaServerFlags.FindNear(name);
        var advice = near is null ? null
            : near == name ? $"Write it as two arguments: \"{name}\", \"{argument[(name.Length + 1)..]}\"."
            : $"Did you mean {near}?";
        return VerifyRules.UnknownFlag.Of(argument, $"llama-server {LlamaServerFlags.Version} does not know {argument}.", advice);
    }

    private static Finding? CheckValue(string argument, LlamaServerFlag flag, string? next)
    {
        if (flag.ValueCount == 0)
        {
            return null;
        }

        if (next is null || flag.CountValues(next) == 0)
        {
            var advice = flag.Value == FlagValue.Choice ? $"Write one of {string.Join(", ", flag.Choices)} after it." : null;
            return VerifyRules.MissingFlagValue.Of(argument, $"{argument} lacks its value.", advice);
        }

        return flag.Value switch
        {
            FlagValue.Integer when !IsInteger(next) => VerifyRules.InvalidFlagValue.Of(argument, $"{argument} takes a whole number, not '{next}'."),
            FlagValue.Choice when !flag.Choices.Contains(next) => VerifyRules.InvalidFlagValue.Of(
                argument, $"{argument} takes one of {string.Join(", ", flag.Choices)}, not '{next}'."),
            FlagValue.ScaledFiles when CommandFileList.ParseScaled(next) is null =>
                VerifyRules.InvalidFlagValue.Of(argument, $"{argument} takes FILE:SCALE, not '{next}'."),
            FlagValue.Text when flag.Names.Contains("--chat-template-kwargs") && !IsJson(next) =>
                VerifyRules.InvalidFlagValue.Of(argument, $"{argument} takes JSON, not '{next}'."),
            _ => null,
        };
    }

    // As std::stoi reads it: what follows the digits is ignored.
    private static bool IsInteger(string text)
    {
        var rest = text.AsSpan().TrimStart();
        rest = rest.StartsWith('-') || rest.StartsWith('+') ? rest[1..] : rest;
        var digits = rest.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? rest[..end] : rest;
        return digits.Length > 0 && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out _);
    }

    private static bool IsNumber(string text) => float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static bool IsJson(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Sentence(string note) => char.ToUpperInvariant(note[0]) + note[1..] + ".";
}
