using System.Collections.Immutable;

namespace GGUFPacker.Gguf.Format;

/// <summary>A run of whole rows of a tensor, the unit of writing; the tensor's last one has the padding behind it.</summary>
/// <param name="Tensor">The tensor's place in the model.</param>
/// <param name="FirstRow">The first row.</param>
/// <param name="Rows">The number of rows.</param>
/// <param name="Bytes">Bytes in the file, padding included.</param>
/// <param name="Offset">Where it begins in the file.</param>
internal readonly record struct GgufChunk(int Tensor, long FirstRow, long Rows, int Bytes, long Offset)
{
    private const long MaximumBytes = 2 << 20;
    private const long MaximumElements = 2 << 20;

    /// <summary>Cuts a model's data into chunks, in file order.</summary>
    /// <exception cref="GgufException">A row is too long.</exception>
    public static ImmutableArray<GgufChunk> Plan(IGgufModel model, GgufLayout layout)
    {
        var chunks = ImmutableArray.CreateBuilder<GgufChunk>();
        for (var index = 0; index < model.Tensors.Length; index++)
        {
            var tensor = model.Tensors[index];
            if (tensor.ByteLength == 0)
            {
                continue;
            }

            var offset = layout.DataOffset + layout.TensorOffsets[index];
            var rowsAtOnce = Math.Max(1, Math.Min(MaximumBytes / tensor.RowBytes, MaximumElements / tensor.Columns));
            for (var row = 0L; row < tensor.Rows; row += rowsAtOnce)
            {
                var rows = Math.Min(rowsAtOnce, tensor.Rows - row);
                var padding = row + rows == tensor.Rows ? GgufLayout.Align(tensor.ByteLength, layout.Alignment) - tensor.ByteLength : 0;
                var bytes = (rows * tensor.RowBytes) + padding;
                if (bytes > Array.MaxLength)
                {
                    throw new GgufException($"Cannot write the tensor '{tensor.Name}': a row of {tensor.RowBytes} bytes is too long.");
                }

                chunks.Add(new GgufChunk(index, row, rows, (int)bytes, offset + (row * tensor.RowBytes)));
            }
        }

        return chunks.ToImmutable();
    }
}
