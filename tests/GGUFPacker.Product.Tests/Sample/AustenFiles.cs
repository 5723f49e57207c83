using GGUFPacker.Conversion;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Importance;
using GGUFPacker.Gguf.Quantization.Model;
using GGUFPacker.Gguf.Quantization.Policy;
using GGUFPacker.Testing;

namespace GGUFPacker.Product.Tests.Sample;

/// <summary>Makes the files of the sample, each when it is first asked for: converted, or converted and quantized in one go.</summary>
public sealed class AustenFiles : IDisposable
{
    private const string ImatrixFile = "austen.imatrix.gguf";

    private readonly string _folder = Directory.CreateTempSubdirectory("austen files ").FullName;

    /// <summary>Makes a file of the reference, or skips the test if what it takes is not there yet.</summary>
    public async Task<string> MakeAsync(string name, CancellationToken cancellationToken)
    {
        var path = Path.Combine(_folder, $"{name}.gguf");
        if (!File.Exists(path))
        {
            using var model = Open(name);
            await GgufModelWriter.WriteFileAsync(model, path, cancellationToken: cancellationToken);
        }

        return path;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static IGgufModel Open(string name)
    {
        var words = name.Split(' ');
        if (words[0] is "F32" or "F16" or "BF16" || name.EndsWith("by CONVERT", StringComparison.Ordinal))
        {
            return Convert(words[0]);
        }

        var checkpoint = Convert("auto");
        try
        {
            var model = QuantizedModel.Create(checkpoint, new QuantizeOptions
            {
                Type = QuantizeType.Parse(words[0]),
                Imatrix = name.EndsWith("with imatrix", StringComparison.Ordinal)
                    ? new ImatrixOptions { Path = Goldens.InRepository("austen", ImatrixFile), RecordedPath = ImatrixFile }
                    : null,
            });

            // The reference was made with the library, which does not name the matrix in the file.
            return new ModelWithoutKeys(model, ModelWithoutKeys.Imatrix);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    private static ConvertedModel Convert(string outType) => ModelConverter.Open(
        CheckpointFiles.FromDirectory(Path.Combine(Goldens.RepositoryRoot, "samples", "Austen", "austen")),
        new ConvertOptions { OutType = Enum.Parse<OutType>(outType, ignoreCase: true) });
}
