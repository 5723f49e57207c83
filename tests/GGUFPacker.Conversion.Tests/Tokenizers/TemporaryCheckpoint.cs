using System.Text;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tests.Tokenizers;

/// <summary>A checkpoint made of texts, in a directory that is deleted afterwards.</summary>
internal sealed class TemporaryCheckpoint : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("checkpoint-");

    /// <summary>Writes a file.</summary>
    public TemporaryCheckpoint With(string name, string text) => With(name, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a file.</summary>
    public TemporaryCheckpoint With(string name, byte[] bytes)
    {
        var path = Path.Combine(_directory.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return this;
    }

    /// <summary>The files written so far.</summary>
    public CheckpointFiles Files => CheckpointFiles.FromDirectory(_directory.FullName);

    public void Dispose() => _directory.Delete(recursive: true);
}
