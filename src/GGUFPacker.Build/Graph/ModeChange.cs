using System.Collections.Immutable;

namespace GGUFPacker.Build.Graph;

/// <summary>
/// What <c>--chmod</c> says: an octal mode, or changes as of chmod(1), <c>u+x,go=rX</c>. No umask applies. Immutable.
/// </summary>
public sealed class ModeChange
{
    private const int SetUser = 0x800;
    private const int SetGroup = 0x400;
    private const int Sticky = 0x200;

    private readonly string _text;
    private readonly int? _absolute;
    private readonly ImmutableArray<Clause> _clauses;

    private ModeChange(string text, int? absolute, ImmutableArray<Clause> clauses) => (_text, _absolute, _clauses) = (text, absolute, clauses);

    /// <summary>Parses a mode.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ModeChange Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > 0 && text.All(c => c is >= '0' and <= '7'))
        {
            var mode = text.TrimStart('0') is { Length: <= 4 } digits ? Convert.ToInt32("0" + digits, 8) : throw Fault();
            return new(Convert.ToString(mode, 8), mode, []);
        }

        return new(text, null, [.. text.Split(',').Select(part => Clause.TryParse(part) ?? throw Fault())]);

        FormatException Fault() => new($"'{text}' is neither an octal mode such as 644, at most 7777, nor a change such as u+x,go=rX.");
    }

    /// <summary>The permission bits that come of others.</summary>
    public int Apply(int mode, bool isDirectory) => _absolute ?? _clauses.Aggregate(mode, (current, clause) => clause.Apply(current, isDirectory));

    /// <summary>The mode as it was given, octal without leading zeros.</summary>
    public override string ToString() => _text;

    private sealed record Clause(string Who, ImmutableArray<(char Operator, string Permissions)> Actions)
    {
        public static Clause? TryParse(string text)
        {
            var position = 0;
            var who = Take(text, "ugoa", ref position);
            var actions = ImmutableArray.CreateBuilder<(char, string)>();
            while (position < text.Length && text[position] is '+' or '-' or '=')
            {
                var operation = text[position++];
                var start = position;
                var permissions = position < text.Length && text[position] is 'u' or 'g' or 'o'
                    ? text[position++].ToString()
                    : Take(text, "rwxXst", ref position);
                actions.Add((operation, permissions.Length > 0 ? permissions : text[start..start]));
            }

            return position == text.Length && actions.Count > 0 ? new(who, actions.ToImmutable()) : null;
        }

        public int Apply(int mode, bool isDirectory)
        {
            var who = Who.Length == 0 || Who.Contains('a', StringComparison.Ordinal) ? "ugo" : Who;
            foreach (var (operation, permissions) in Actions)
            {
                var (bits, mask) = (0, 0);
                foreach (var (name, shift, special) in new[] { ('u', 6, SetUser), ('g', 3, SetGroup), ('o', 0, 0) })
                {
                    if (who.Contains(name, StringComparison.Ordinal))
                    {
                        bits |= BitsOf(permissions, mode, isDirectory) << shift;
                        bits |= permissions.Contains('s', StringComparison.Ordinal) ? special : 0;
                        mask |= (7 << shift) | special;
                    }
                }

                bits |= permissions.Contains('t', StringComparison.Ordinal) && who.Contains('o', StringComparison.Ordinal) ? Sticky : 0;
                mode = operation switch
                {
                    '+' => mode | bits,
                    '-' => mode & ~bits,
                    _ => (mode & ~(mask | (who.Contains('o', StringComparison.Ordinal) ? Sticky : 0))) | bits,
                };
            }

            return mode;
        }

        private static int BitsOf(string permissions, int mode, bool isDirectory) => permissions switch
        {
            "u" => (mode >> 6) & 7,
            "g" => (mode >> 3) & 7,
            "o" => mode & 7,
            _ => (permissions.Contains('r', StringComparison.Ordinal) ? 4 : 0)
                | (permissions.Contains('w', StringComparison.Ordinal) ? 2 : 0)
                | (permissions.Contains('x', StringComparison.Ordinal) || (permissions.Contains('X', StringComparison.Ordinal) && (isDirectory || (mode & 0x49) != 0)) ? 1 : 0),
        };

        private static string Take(string text, string characters, ref int position)
        {
            var start = position;
            while (position < text.Length && characters.Contains(text[position], StringComparison.Ordinal))
            {
                position++;
            }

            return text[start..position];
        }
    }
}
