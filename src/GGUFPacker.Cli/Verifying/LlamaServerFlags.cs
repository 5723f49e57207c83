using System.Collections.Frozen;
using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Cli.Verifying;

/// <summary>The flags of llama-server, llama.cpp v0.5.0, from the table beside this file.</summary>
internal static class LlamaServerFlags
{
    /// <summary>The version that the table is of.</summary>
    public const string Version = "v0.5.0";

    // Reading a resource of this assembly: no file is touched.
    private static readonly Lazy<FrozenDictionary<string, LlamaServerFlag>> s_byName = new(Read);

    /// <summary>All names that llama-server takes.</summary>
    public static IEnumerable<string> CurrentNames => s_byName.Value.Where(entry => entry.Value.Status == FlagStatus.Current).Select(entry => entry.Key);

    /// <summary>The flag of a name, whichever program takes it; null if none does. Like llama-server, long names may have <c>_</c> for <c>-</c>.</summary>
    public static LlamaServerFlag? Find(string name) => s_byName.Value.GetValueOrDefault(Normalize(name));

    /// <summary>The name that was probably meant; null if none is near. Most often it is the number of dashes that is wrong.</summary>
    public static string? FindNear(string name)
    {
        var normal = Normalize(name);
        var bare = normal.TrimStart('-');
        foreach (var dashes in new[] { "--", "-" })
        {
            if (Find(dashes + bare) is { Status: FlagStatus.Current })
            {
                return dashes + bare;
            }
        }

        // Two edits away from a short name is nearly every short name.
        return bare.Length < 4 ? null : Suggestion.Find(normal, CurrentNames.Order(StringComparer.Ordinal));
    }

    private static string Normalize(string name) => name.StartsWith("--", StringComparison.Ordinal) ? name.Replace('_', '-') : name;

    private static FrozenDictionary<string, LlamaServerFlag> Read()
    {
        using var reader = new StreamReader(typeof(LlamaServerFlags).Assembly.GetManifestResourceStream("LlamaServerFlags.tsv")!);
        var flags = new Dictionary<string, LlamaServerFlag>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            var columns = line.Split('\t');
            var flag = Parse(columns);

            // A name of two programs stands at the first.
            foreach (var name in flag.Names)
            {
                flags.TryAdd(name, flag);
            }

            foreach (var name in columns.ElementAtOrDefault(2)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [])
            {
                flags.TryAdd(name, flag);
            }
        }

        return flags.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static LlamaServerFlag Parse(string[] columns)
    {
        var (status, value) = columns[1].Split(' ', 2) switch
        {
            ["gone", var kind] => (FlagStatus.Gone, kind),
            ["other", var kind] => (FlagStatus.OfAnotherProgram, kind),
            _ => (FlagStatus.Current, columns[1]),
        };
        ImmutableArray<string> choices = value.StartsWith("choice:", StringComparison.Ordinal) ? [.. value["choice:".Length..].Split('|')] : [];
        var parsed = value switch
        {
            "none" => FlagValue.None,
            "int" => FlagValue.Integer,
            "text" => FlagValue.Text,
            "two" => FlagValue.Two,
            "file" => FlagValue.File,
            "files" => FlagValue.Files,
            "scaled" => FlagValue.ScaledFiles,
            "directory" => FlagValue.Directory,
            _ when choices.Length > 0 => FlagValue.Choice,
            _ => throw new InvalidDataException($"The table of flags has the unknown value '{value}'."),
        };
        return new LlamaServerFlag([.. columns[0].Split(' ')], status, parsed, choices, columns.ElementAtOrDefault(3) ?? "");
    }
}
