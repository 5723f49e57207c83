using System.Collections.Immutable;

namespace GGUFPacker.Cli.Commands;

/// <summary>Options of the form <c>NAME=VALUE</c>.</summary>
internal static class NameValues
{
    /// <summary>Reads them; the last of one name wins.</summary>
    /// <param name="option">The option, for messages.</param>
    /// <param name="values">What was given.</param>
    /// <param name="missing">The value of a name without one; null if it has none and is left out. Without the function it is an error.</param>
    /// <exception cref="UsageException">A value is missing.</exception>
    public static ImmutableDictionary<string, string> Parse(string option, string[]? values, Func<string, string?>? missing = null)
    {
        var result = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var text in values ?? [])
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? text : text[..equals];
            if (name.Length == 0 || (equals < 0 && missing is null))
            {
                throw new UsageException($"{option} must be NAME=VALUE, not '{text}'.");
            }

            if ((equals < 0 ? missing!(name) : text[(equals + 1)..]) is { } value)
            {
                result[name] = value;
            }
        }

        return result.ToImmutable();
    }
}
