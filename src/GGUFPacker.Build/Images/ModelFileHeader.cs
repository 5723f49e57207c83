using System.Collections.Immutable;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Build.Images;

/// <summary>
/// The header of a GGUF file as an image's config describes it: key-values and tensors, so that neither the file nor its layer is fetched. The config lists no
/// arrays; those of the architecture are read from the file, a few bytes each, and the tokens are told by their number alone. Immutable.
/// </summary>
public sealed record ModelFileHeader
{
    private ModelFileHeader()
    {
    }

    /// <summary>The key-values; without the tokenizer's arrays, but for <c>tokenizer.ggml.tokens</c>, which has its length and no texts.</summary>
    public required GgufMetadata Metadata { get; init; }

    /// <summary>The tensors, in file order.</summary>
    public required ImmutableArray<TensorInfo> Tensors { get; init; }

    /// <summary>Reads a file's header.</summary>
    /// <param name="file">The file as the config describes it.</param>
    /// <param name="open">Opens the file at a path of the image, as a stream that can seek; null if there is none. Asked only for arrays that the config
    /// lacks.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="ContentException">The config describes no header that could be, or the file has another one.</exception>
    public static async Task<ModelFileHeader> ReadAsync(
        ModelFile file, Func<string, CancellationToken, Task<Stream?>> open, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(open);
        var description = GgufDescription.Parse(file);
        var metadata = description.Metadata;
        if (!description.Arrays.IsEmpty)
        {
            var path = ModelCommand.PathInImage(file.CommandValue);
            var stream = await open(path, cancellationToken).ConfigureAwait(false)
                ?? throw new ContentException($"The image has no file '{path}', which its config describes.");
            await using (stream.ConfigureAwait(false))
            {
                foreach (var array in description.Arrays)
                {
                    metadata.Set(array.Key, await array.ReadAsync(stream, cancellationToken).ConfigureAwait(false));
                }
            }
        }

        return new ModelFileHeader { Metadata = metadata.Build(), Tensors = description.Tensors };
    }
}
