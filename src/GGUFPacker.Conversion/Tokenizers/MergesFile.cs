using System.Text;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>Reads merges.txt: a merge in each line, best first, and perhaps a heading.</summary>
internal static class MergesFile
{
    /// <summary>The file's name.</summary>
    public const string FileName = "merges.txt";

    /// <summary>Reads the file; lines that are no merge are left out.</summary>
    /// <exception cref="CheckpointException">It is too large or not UTF-8.</exception>
    public static MergeList Read(CheckpointFiles files)
    {
        var merges = new List<string>();
        using var reader = new StreamReader(new MemoryStream(files.ReadAllBytes(FileName)), new UTF8Encoding(false, throwOnInvalidBytes: true));
        try
        {
            for (var number = 0; reader.ReadLine() is { } line; number++)
            {
                var parts = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                if (parts.Length == 2 && !(number == 0 && parts[0].StartsWith('#')))
                {
                    merges.Add($"{parts[0]} {parts[1]}");
                }

                if (merges.Count > TokenizerJsonReader.MaximumTokens)
                {
                    throw new CheckpointException($"{FileName} has more than {TokenizerJsonReader.MaximumTokens} merges.");
                }
            }
        }
        catch (DecoderFallbackException exception)
        {
            throw new CheckpointException($"'{FileName}' of the checkpoint '{files.Name}' is not UTF-8.", exception);
        }

        return MergeList.OfJoined([.. merges]);
    }
}
