using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace GGUFPacker.Estimation.Placements;

/// <summary>Finds the first override whose pattern is in a tensor's name.</summary>
internal sealed class OverrideMatcher
{
    // Patterns are the user's own, but a slow one must not hang a build.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private readonly ImmutableArray<(Regex Pattern, TensorOverride Override)> _patterns;

    /// <exception cref="EstimateException">A pattern is no regular expression.</exception>
    public OverrideMatcher(ImmutableArray<TensorOverride> overrides) => _patterns = [.. overrides.Select(item => (Parse(item.Pattern), item))];

    /// <summary>The override of a tensor; null if none matches.</summary>
    public TensorOverride? Find(string name)
    {
        foreach (var (pattern, item) in _patterns)
        {
            try
            {
                if (pattern.IsMatch(name))
                {
                    return item;
                }
            }
            catch (RegexMatchTimeoutException)
            {
                throw new EstimateException($"The tensor override '{item.Pattern}' takes too long to match.");
            }
        }

        return null;
    }

    private static Regex Parse(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, Limit);
        }
        catch (ArgumentException exception)
        {
            throw new EstimateException($"The tensor override '{pattern}' is no regular expression: {exception.Message}");
        }
    }
}
