using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Cli.Verifying;

/// <summary>Whether each tensor's data lies inside its file, and nothing lies twice in one place. Their alignment is the header's reader's to check.</summary>
internal static class TensorCheck
{
    /// <summary>Checks a file.</summary>
    /// <param name="file">The file, for messages.</param>
    /// <param name="header">Its header.</param>
    /// <param name="length">Its bytes.</param>
    public static IEnumerable<Finding> Check(string file, GgufHeader header, long length)
    {
        var order = Enumerable.Range(0, header.Tensors.Length)
            .Where(index => header.Tensors[index].ByteLength > 0)
            .OrderBy(index => header.TensorOffsets[index])
            .ToArray();

        // Sums of what a header claims may be beyond 64 bits.
        Int128 end = 0;
        var last = "";
        foreach (var index in order)
        {
            var (tensor, offset) = (header.Tensors[index], header.TensorOffsets[index]);
            if (offset < end)
            {
                yield return VerifyRules.TensorsOverlap.Of(file, $"The data of '{tensor.Name}' begins within the data of '{last}'.");
            }

            var after = (Int128)offset + tensor.ByteLength;
            if (after > length - header.DataOffset)
            {
                yield return VerifyRules.TensorOutsideFile.Of(
                    file, $"The data of '{tensor.Name}' ends at {header.DataOffset + after}, the file at {length}.");
            }

            if (after > end)
            {
                (end, last) = (after, tensor.Name);
            }
        }

        var surplus = length - header.DataOffset - end;
        if (surplus >= header.Alignment && order.Length > 0)
        {
            yield return VerifyRules.TrailingBytes.Of(file, $"{surplus} bytes follow the last tensor.");
        }
    }
}
