using System.Globalization;
using System.Text;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Build.Graph;

/// <summary>The lines of an image's history, in the form that BuildKit's frontend for Dockerfiles gives them.</summary>
internal static class HistoryText
{
    // An image goes to others: logins of addresses stay here.
    public static string Layer(string instruction) => AddressLogin.Remove(instruction) + " # buildkit";

    public static string Argument(ArgInstruction instruction, IReadOnlyDictionary<string, string> values) =>
        "ARG " + string.Join(
            ' ', instruction.Arguments.Select(argument => values.TryGetValue(argument.Key, out var value) ? $"{argument.Key}={value}" : argument.Key));

    public static string Label(LabelInstruction instruction) => "LABEL " + string.Join(' ', instruction.Labels.Select(label => $"{label.Key}={label.Value}"));

    public static string Command(CmdInstruction instruction) => $"CMD [{string.Join(' ', instruction.Arguments.Select(Quote))}]";

    // Go's %q: a string literal in which what cannot be printed is escaped.
    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            quoted.Append(rune.Value switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\a' => "\\a",
                '\b' => "\\b",
                '\f' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\v' => "\\v",
                ' ' => " ",
                < ' ' or 0x7F => $"\\x{rune.Value:x2}",
                _ when IsPrintable(rune) => rune.ToString(),
                <= 0xFFFF => $"\\u{rune.Value:x4}",
                _ => $"\\U{rune.Value:x8}",
            });
        }

        return quoted.Append('"').ToString();
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
