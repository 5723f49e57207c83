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

    /// <summary>Writes a file that is there already. It is not emptied first, which would make some file systems write it to disk at once.</summary>
    public void Rewrite(string name, ReadOnlySpan<byte> bytes)
    {
        using var file = File.OpenHandle(Path.Combine(_directory.FullName, name), FileMode.Open, FileAccess.Write);
        RandomAccess.Write(file, bytes, fileOffset: 0);
        RandomAccess.SetLength(file, bytes.Length);
    }

    /// <summary>The files written so far.</summary>
    public CheckpointFiles Files => CheckpointFiles.FromDirectory(_directory.FullName);

    public void Dispose() => _directory.Delete(recursive: true);
}
