using System.Text;

namespace GGUFPacker.Cli.Running;

/// <summary>A program and its arguments as a line that can be pasted into a shell, which then passes exactly these arguments.</summary>
internal static class CommandText
{
    // Besides letters and digits, what no shell takes as its own wherever it stands in a word.
    private const string PlainSh = "_@%+=:,./-";
    private const string PlainPowerShell = "_+=:./\\-";
    private const string PlainCmd = "_@+:./\\-#~$[]{}'*?";
    private const string CmdOperators = "()%!^\"<>&|";

    /// <summary>Writes the line.</summary>
    /// <exception cref="UsageException">The shell has no way to write an argument.</exception>
    public static string Of(RunPlan plan, Shell shell)
    {
        var line = new StringBuilder();
        if (plan.Environment.Count > 0 && shell == Shell.Sh)
        {
            line.Append("env ");
        }

        foreach (var (name, value) in plan.Environment)
        {
            line.Append(shell switch
            {
                Shell.Sh => $"{Quote($"{name}={value}", shell)} ",
                Shell.PowerShell => $"${{env:{name}}} = {QuotePowerShell(value)}; ",
                _ => $"set {Escape($"\"{name}={value}\"")} && ",
            });
        }

        var program = Quote(plan.Program, shell);
        line.Append(shell == Shell.PowerShell && program[0] == '\'' ? "& " : "").Append(program);
        foreach (var argument in plan.Arguments)
        {
            line.Append(' ').Append(Quote(argument, shell));
        }

        return line.ToString();
    }

    /// <summary>Writes one argument.</summary>
    /// <exception cref="UsageException">The shell has no way to write it.</exception>
    public static string Quote(string argument, Shell shell) => shell switch
    {
        Shell.Sh => IsPlain(argument, PlainSh) ? argument : QuoteSh(argument),
        Shell.PowerShell => IsPlain(argument, PlainPowerShell) && !SplitsInPowerShell(argument) ? argument : QuotePowerShell(argument),
        _ => IsPlain(argument, PlainCmd) ? argument : QuoteCmd(argument),
    };

    private static bool IsPlain(string argument, string others) =>
        argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || others.Contains(c, StringComparison.Ordinal));

    // Nothing is special between single quotes but the quote itself.
    private static string QuoteSh(string argument) => $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    // PowerShell takes a dash, letters and then a dot or a colon for a parameter and its value, and makes two arguments of it.
    private static bool SplitsInPowerShell(string argument) => argument[0] == '-' && argument.AsSpan().ContainsAny('.', ':');

    // It takes typographic quotes for quotes too.
    private static string QuotePowerShell(string argument)
    {
        var text = new StringBuilder("'");
        foreach (var c in argument)
        {
            text.Append(c, c is '\'' or '\u2018' or '\u2019' or '\u201A' or '\u201B' ? 2 : 1);
        }

        return text.Append('\'').ToString();
    }

    // Two readers: the prompt, for which each operator gets a caret, and then the program, which splits the line by the rules of CommandLineToArgvW: a
    // backslash is one unless it stands before a quote.
    private static string QuoteCmd(string argument)
    {
        if (argument.AsSpan().ContainsAny('\n', '\r'))
        {
            throw new UsageException("The command prompt has no way to write an argument with a line break; use --shell powershell.");
        }

        var text = new StringBuilder("\"");
        var backslashes = 0;
        foreach (var c in argument)
        {
            if (c == '\\')
            {
                backslashes++;
                continue;
            }

            text.Append('\\', c == '"' ? (2 * backslashes) + 1 : backslashes).Append(c);
            backslashes = 0;
        }

        var quoted = text.Append('\\', 2 * backslashes).Append('"').ToString();
        return argument.AsSpan().ContainsAny(CmdOperators) ? Escape(quoted) : quoted;
    }

    private static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (var c in text)
        {
            escaped.Append(CmdOperators.Contains(c, StringComparison.Ordinal) ? "^" : "").Append(c);
        }

        return escaped.ToString();
    }
}
