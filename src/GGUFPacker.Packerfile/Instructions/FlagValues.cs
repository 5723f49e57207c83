using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Packerfile.Instructions;

/// <summary>The flags of an instruction, checked against those it knows.</summary>
internal sealed class FlagValues
{
    private readonly Dictionary<string, ImmutableArray<string>> _values = new(StringComparer.Ordinal);

    /// <summary>Reads flags.</summary>
    /// <param name="keyword">The instruction, for messages.</param>
    /// <param name="flags">The flags, each <c>--name</c> or <c>--name=value</c>.</param>
    /// <param name="known">The flags that the instruction knows.</param>
    /// <param name="fault">The code and message of the first fault.</param>
    public static FlagValues? Read(
        string keyword, ImmutableArray<string> flags, IReadOnlyDictionary<string, FlagKind> known, out (string Code, string Message) fault)
    {
        var result = new FlagValues();
        foreach (var flag in flags)
        {
            fault = result.Add(keyword, flag, known);
            if (fault.Code is not null)
            {
                return null;
            }
        }

        fault = default;
        return result;
    }

    /// <summary>The flag's value; null if it is not given or empty.</summary>
    public string? Value(string name) => _values.TryGetValue(name, out var values) && values[0].Length > 0 ? values[0] : null;

    /// <summary>The flag's value; null only if it is not given.</summary>
    public string? ValueOrEmpty(string name) => _values.TryGetValue(name, out var values) ? values[0] : null;

    /// <summary>The flag's values.</summary>
    public ImmutableArray<string> Values(string name) => _values.TryGetValue(name, out var values) ? values : [];

    /// <summary>Whether the flag is on; null if it is not given.</summary>
    public bool? Switch(string name) => _values.TryGetValue(name, out var values) ? values[0] == "true" : null;

    private (string Code, string Message) Add(string keyword, string flag, IReadOnlyDictionary<string, FlagKind> known)
    {
        var equals = flag.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? flag[2..] : flag[2..equals];
        var value = equals < 0 ? null : flag[(equals + 1)..];
        if (!known.TryGetValue(name, out var kind))
        {
            return (DiagnosticCodes.UnknownFlag, $"{keyword} has no flag --{name}.{Suggestion.Sentence(name, known.Keys)}");
        }

        if (kind != FlagKind.Values && _values.ContainsKey(name))
        {
            return (DiagnosticCodes.FlagRepeated, $"--{name} may be given once only.");
        }

        if (kind == FlagKind.Switch)
        {
            value = (value ?? "true").ToLowerInvariant();
            if (value.Length > 0 && value is not ("true" or "false"))
            {
                return (DiagnosticCodes.InvalidFlagValue, $"--{name} takes true or false, not '{value}'.");
            }
        }

        if (value is null || (kind == FlagKind.Switch && value.Length == 0))
        {
            return (DiagnosticCodes.FlagWithoutValue, $"--{name} needs a value: --{name}=…");
        }

        _values[name] = Values(name).Add(value);
        return default;
    }
}
