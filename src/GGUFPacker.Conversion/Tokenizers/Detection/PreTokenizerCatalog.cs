using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.Detection;

/// <summary>What llama.cpp knows about pre-tokenizers (PreTokenizers.json beside this file): names by hash, and names that split text alike.</summary>
internal sealed class PreTokenizerCatalog
{
    private static readonly Lazy<PreTokenizerCatalog> LazyInstance = new(Load);

    private PreTokenizerCatalog(IReadOnlyDictionary<string, string> hashes, ImmutableArray<PreTokenizerFamily> families)
    {
        Hashes = hashes;
        Families = families;
    }

    /// <summary>The catalog; read on first use.</summary>
    public static PreTokenizerCatalog Instance => LazyInstance.Value;

    /// <summary>Names by the hash of the test text's ids.</summary>
    public IReadOnlyDictionary<string, string> Hashes { get; }

    /// <summary>The families.</summary>
    public ImmutableArray<PreTokenizerFamily> Families { get; }

    /// <summary>Whether llama.cpp knows a name.</summary>
    public bool IsKnown(string name) => name == "default" || Hashes.Values.Contains(name) || Families.Any(family => family.Names.Contains(name));

    private static PreTokenizerCatalog Load()
    {
        using var stream = typeof(PreTokenizerCatalog).Assembly.GetManifestResourceStream("PreTokenizers.json")
            ?? throw new InvalidOperationException("The assembly lacks its table of pre-tokenizers.");
        using var document = JsonDocument.Parse(stream);

        // Some hashes stand in llama.cpp's table twice; the later name counts.
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in document.RootElement.Elements("hashes"))
        {
            hashes[entry[0].Unescape()] = entry[1].Unescape();
        }

        return new PreTokenizerCatalog(hashes, [.. document.RootElement.Elements("families").Select(PreTokenizerFamily.Read)]);
    }
}
