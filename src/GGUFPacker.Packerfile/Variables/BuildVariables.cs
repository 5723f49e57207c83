using System.Collections.Immutable;
using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Packerfile.Variables;

/// <summary>
/// The variables that instructions see. Immutable. Arguments given from outside win over defaults, those of the platform included; global arguments are seen in
/// every stage.
/// </summary>
public sealed class BuildVariables
{
    // Arguments that need no ARG: BuildKit's own, and the proxies'.
    private static readonly ImmutableHashSet<string> Predefined = ImmutableHashSet.Create(
        StringComparer.OrdinalIgnoreCase, "SOURCE_DATE_EPOCH", "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY");

    private readonly ImmutableDictionary<string, string> _given;

    private BuildVariables(ImmutableDictionary<string, string> given, ImmutableDictionary<string, string> values, ImmutableHashSet<string> declared) =>
        (_given, Values, Declared) = (given, values, declared);

    /// <summary>The variables that are set.</summary>
    public ImmutableDictionary<string, string> Values { get; }

    /// <summary>The names that an ARG declares, with a value or without.</summary>
    public ImmutableHashSet<string> Declared { get; }

    /// <summary>The variables before the first instruction.</summary>
    /// <param name="given">The arguments given from outside.</param>
    /// <param name="platform">The arguments that say which platform is built where, and which target.</param>
    public static BuildVariables Create(ImmutableDictionary<string, string> given, PlatformArguments platform)
    {
        ArgumentNullException.ThrowIfNull(given);
        ArgumentNullException.ThrowIfNull(platform);
        var values = platform.Values;
        return new(given, values.SetItems(given.Where(argument => values.ContainsKey(argument.Key))), ImmutableHashSet.Create<string>(StringComparer.Ordinal));
    }

    /// <summary>Whether an argument may be given without an ARG that declares it.</summary>
    public static bool IsPredefined(string name) =>
        Predefined.Contains(name) || PlatformArguments.Names.Contains(name) || name.StartsWith("BUILDKIT_", StringComparison.Ordinal);

    /// <summary>The variables after an ARG: each of its arguments sees those before it.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="expander">The expander for the file's escape character.</param>
    /// <param name="onFault">Told of a default that cannot be expanded; its argument is left out.</param>
    /// <param name="onUnmatched">Told of the names that a default looks up and that are not set, with the variables at that point.</param>
    public BuildVariables Declare(
        ArgInstruction instruction,
        WordExpander expander,
        Action<ExpansionException>? onFault = null,
        Action<BuildVariables, IReadOnlyCollection<string>>? onUnmatched = null)
    {
        ArgumentNullException.ThrowIfNull(instruction);
        ArgumentNullException.ThrowIfNull(expander);
        var variables = this;
        foreach (var argument in instruction.Arguments)
        {
            variables = variables.Declare(argument, expander, onFault, onUnmatched);
        }

        return variables;
    }

    /// <summary>These variables with those of another set on top: what a stage based on another sees: the global ones, on top of those of the other.</summary>
    public BuildVariables With(BuildVariables others)
    {
        ArgumentNullException.ThrowIfNull(others);
        return new(_given, Values.SetItems(others.Values), Declared.Union(others.Declared));
    }

    /// <summary>Whether an argument's value comes from outside.</summary>
    public bool IsGiven(string name) => _given.ContainsKey(name);

    private BuildVariables Declare(
        ArgumentDefinition argument,
        WordExpander expander,
        Action<ExpansionException>? onFault,
        Action<BuildVariables, IReadOnlyCollection<string>>? onUnmatched)
    {
        var unmatched = new List<string>();
        try
        {
            var name = expander.Expand(argument.Key, Values, unmatched);
            var value = _given.TryGetValue(name, out var given) ? given : argument.Value is { } text ? expander.Expand(text, Values, unmatched) : null;
            return new(_given, value is null ? Values : Values.SetItem(name, value), Declared.Add(name));
        }
        catch (ExpansionException fault)
        {
            onFault?.Invoke(fault);
            return this;
        }
        finally
        {
            onUnmatched?.Invoke(this, unmatched);
        }
    }
}
