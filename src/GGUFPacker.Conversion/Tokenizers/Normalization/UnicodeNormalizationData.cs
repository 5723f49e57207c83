using System.Globalization;

namespace GGUFPacker.Conversion.Tokenizers.Normalization;

/// <summary>Unicode's decompositions, compositions and combining classes, read from the table beside this file.</summary>
internal sealed class UnicodeNormalizationData
{
    private static readonly Lazy<UnicodeNormalizationData> LazyInstance = new(Load);

    private readonly Dictionary<int, int[]> _canonical = [];
    private readonly Dictionary<int, int[]> _compatibility = [];
    private readonly Dictionary<(int First, int Second), int> _compositions = [];
    private readonly Dictionary<int, byte> _classes = [];

    private UnicodeNormalizationData()
    {
    }

    /// <summary>The data; read on first use.</summary>
    public static UnicodeNormalizationData Instance => LazyInstance.Value;

    /// <summary>What a code point decomposes to, one step; null if it does not.</summary>
    public int[]? Decompose(int codePoint, bool compatibility) =>
        _canonical.GetValueOrDefault(codePoint) ?? (compatibility ? _compatibility.GetValueOrDefault(codePoint) : null);

    /// <summary>What two code points compose to; null if they do not.</summary>
    public int? Compose(int first, int second) => _compositions.TryGetValue((first, second), out var composed) ? composed : null;

    /// <summary>The canonical combining class.</summary>
    public int CombiningClass(int codePoint) => _classes.GetValueOrDefault(codePoint);

    private static UnicodeNormalizationData Load()
    {
        var data = new UnicodeNormalizationData();
        using var stream = typeof(UnicodeNormalizationData).Assembly.GetManifestResourceStream("UnicodeNormalization.txt")
            ?? throw new InvalidOperationException("The assembly lacks its Unicode data.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                data.Add(line);
            }
        }

        return data;
    }

    private void Add(string line)
    {
        var sign = line.IndexOfAny(['=', '!', '>', ':']);
        var value = line[(sign + 1)..];
        var key = line[..sign];
        if (line[sign] == ':')
        {
            var ends = key.Split('-');
            for (var codePoint = Parse(ends[0]); codePoint <= Parse(ends[^1]); codePoint++)
            {
                _classes[codePoint] = byte.Parse(value, CultureInfo.InvariantCulture);
            }

            return;
        }

        var parts = value.Split(' ').Select(Parse).ToArray();
        (line[sign] == '>' ? _compatibility : _canonical).Add(Parse(key), parts);
        if (line[sign] == '=')
        {
            _compositions.Add((parts[0], parts[1]), Parse(key));
        }
    }

    private static int Parse(string hexadecimal) => int.Parse(hexadecimal, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
