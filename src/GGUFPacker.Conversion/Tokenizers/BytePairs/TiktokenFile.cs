using System.Buffers;
using System.Buffers.Text;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.BytePairs;

/// <summary>Reads tiktoken's file of ranks: a line for each token, its bytes in base64 and its rank.</summary>
internal static class TiktokenFile
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="CheckpointException">It is not what it must be.</exception>
    public static BytePairRanks Read(CheckpointFiles files, string name)
    {
        var ranks = new BytePairRanks(name);
        ReadOnlySpan<byte> rest = files.ReadAllBytes(name);
        Span<byte> token = stackalloc byte[BytePairRanks.MaximumTokenBytes + 3];
        for (var number = 1; !rest.IsEmpty; number++)
        {
            var end = rest.IndexOf((byte)'\n');
            var line = (end < 0 ? rest : rest[..end]).TrimEnd((byte)'\r').TrimEnd((byte)' ');
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.IsEmpty)
            {
                continue;
            }

            var space = line.IndexOf((byte)' ');
            if (space < 0
                || Base64.DecodeFromUtf8(line[..space], token, out _, out var length) != OperationStatus.Done
                || !Utf8Parser.TryParse(line[(space + 1)..], out int rank, out var digits) || digits != line.Length - space - 1)
            {
                throw new CheckpointException($"{name}: line {number} is not a token in base64 and its rank.");
            }

            ranks.Add(token[..length], rank);
        }

        return ranks.Count > 0 ? ranks : throw new CheckpointException($"{name} has no tokens.");
    }
}
