using System.Globalization;
using System.Text.RegularExpressions;

namespace GGUFPacker.Conversion.Metadata;

/// <summary>
/// What the name of a model tells, such as <c>Qwen/Qwen2.5-0.5B-Instruct-v1.2</c>: its parts between dashes are sorted into basename, size, fine-tune and
/// version.
/// </summary>
/// <param name="FullName">The name without the organization.</param>
/// <param name="Organization">What stands before the slash.</param>
/// <param name="Basename">The family.</param>
/// <param name="Finetune">What it was tuned for, and whatever else is not recognised.</param>
/// <param name="Version">The version.</param>
/// <param name="SizeLabel">The size.</param>
internal sealed partial record ModelIdentifier(string FullName, string? Organization, string? Basename, string? Finetune, string? Version, string? SizeLabel)
{
    [Flags]
    private enum Role
    {
        None = 0,
        Basename = 1,
        SizeLabel = 2,
        Finetune = 4,
        Version = 8,
        NumberType = 16,
    }

    /// <summary>Takes a name apart.</summary>
    /// <param name="id">The name, perhaps with an organization and a slash before it.</param>
    /// <param name="parameters">The number of the model's parameters: a size that is far off is no size. 0 if it is not known, negative for an adapter.</param>
    public static ModelIdentifier Parse(string id, long parameters)
    {
        if (id.Contains(' ', StringComparison.Ordinal))
        {
            // A sentence, not an identifier.
            return new ModelIdentifier(id, null, null, null, null, null);
        }

        var slash = id.IndexOf('/', StringComparison.Ordinal);
        var organization = slash >= 0 ? id[..slash] : null;
        var name = id[(slash + 1)..];
        var parts = name.Split('-', StringSplitOptions.RemoveEmptyEntries);
        var roles = new Role[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            (parts[i], roles[i]) = Recognise(parts[i], i == 0, parameters);
        }

        DropWordSizes(parts, roles);
        FindBasename(parts, roles);
        var sizes = Join(parts, roles, role => role.HasFlag(Role.SizeLabel), distinct: true);
        var finetune = Join(parts, roles, role => role.HasFlag(Role.Finetune));
        var version = Join(parts, roles, role => role.HasFlag(Role.Version) && !role.HasFlag(Role.Basename));
        var basename = sizes is null && finetune is null && version is null ? null : Join(parts, roles, role => role.HasFlag(Role.Basename));
        return new ModelIdentifier(name, organization is ['.', ..] ? null : organization, basename, finetune, version, sizes);
    }

    private static (string Part, Role Role) Recognise(string part, bool isFirst, long parameters)
    {
        if (VersionPattern().IsMatch(part))
        {
            return (part, Role.Version);
        }

        if (NumberTypePattern().IsMatch(part))
        {
            return (part.ToUpperInvariant(), Role.NumberType);
        }

        if (!isFirst && SizePattern().IsMatch(part))
        {
            return RecogniseSize(part, parameters);
        }

        if (!isFirst && FinetunePattern().IsMatch(part))
        {
            // That an adapter is one need not be said.
            var isRedundant = parameters < 0 && part.Equals("lora", StringComparison.OrdinalIgnoreCase);
            return (part, isRedundant ? Role.NumberType : Role.Finetune);
        }

        return (part, Role.None);
    }

    private static (string Part, Role Role) RecogniseSize(string part, long parameters)
    {
        part = part.Replace('_', '.');
        if (char.IsDigit(part[^1]))
        {
            // 7b1 is 7.1B.
            part = $"{part[..^2]}.{part[^1]}{part[^2]}";
        }

        if (part.Length > 1 && char.IsDigit(part[^2]) && part[^1] is 'k' or 'm' or 'b' or 't')
        {
            part = part[..^1] + char.ToUpperInvariant(part[^1]);
        }

        if (parameters != 0 && double.TryParse(part.AsSpan(0, part.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            var labelled = number * Math.Pow(1000, " KMBT".IndexOf(part[^1], StringComparison.Ordinal));
            var isTooSmall = parameters < 0 && labelled < -parameters / 8;
            var isFarOff = parameters > 0 && Math.Abs(labelled - parameters) > (double)((Int128)parameters * 7 / 8);
            if (isTooSmall || isFarOff)
            {
                // Rather the length of the context.
                return (part[..^1] + char.ToLowerInvariant(part[^1]), Role.Finetune);
            }
        }

        return (part, Role.SizeLabel);
    }

    /// <summary>Sizes such as "mini" count only if there is none in numbers.</summary>
    private static void DropWordSizes(string[] parts, Role[] roles)
    {
        var hasNumber = Enumerable.Range(0, parts.Length).Any(i => roles[i].HasFlag(Role.SizeLabel) && parts[i].Any(char.IsDigit));
        for (var i = 0; hasNumber && i < parts.Length; i++)
        {
            if (roles[i].HasFlag(Role.SizeLabel) && parts[i].All(char.IsLetter))
            {
                roles[i] &= ~Role.SizeLabel;
            }
        }
    }

    /// <summary>The basename is what is not recognised at the beginning, with versions inside it; what is not recognised later is fine-tuning.</summary>
    private static void FindBasename(string[] parts, Role[] roles)
    {
        var atStart = true;
        for (var i = 0; i < parts.Length; i++)
        {
            if (atStart && ((roles[i] == Role.None && StartsWithLetter(parts[i])) || roles[i].HasFlag(Role.Version)))
            {
                roles[i] |= Role.Basename;
                continue;
            }

            atStart = false;
            if (roles[i] == Role.None)
            {
                roles[i] = Role.Finetune;
            }
        }

        // A version at the end of the name is not part of the basename.
        for (var i = parts.Length - 1; i >= 0 && roles[i].HasFlag(Role.Basename) && roles[i] != Role.Basename; i--)
        {
            roles[i] &= ~Role.Basename;
        }
    }

    private static bool StartsWithLetter(string part) =>
        char.IsSurrogatePair(part, 0) ? char.IsLetter(part, 0) : char.IsLetter(part[0]);

    private static string? Join(string[] parts, Role[] roles, Func<Role, bool> chosen, bool distinct = false)
    {
        var matching = parts.Where((_, i) => chosen(roles[i]));
        var joined = string.Join('-', distinct ? matching.Distinct(StringComparer.Ordinal) : matching);
        return joined.Length > 0 ? joined : null;
    }

    [GeneratedRegex(@"\A(v|iter)?\d+([.]\d+)*\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex VersionPattern();

    [GeneratedRegex(@"\A(i?q\d(_\w)*|b?fp?(16|32))\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NumberTypePattern();

    [GeneratedRegex(@"\A((A|\d+x)?\d+([._]\d+)?[KMBT]\d?|small|mini|medium|large|x?xl)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SizePattern();

    [GeneratedRegex(@"\A(chat|instruct|vision|lora)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FinetunePattern();
}
