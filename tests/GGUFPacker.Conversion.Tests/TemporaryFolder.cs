using System.Text;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tests;

/// <summary>A folder for one test, removed with it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("conversion-");

    /// <summary>Its path.</summary>
    public string Path => _folder.FullName;

    /// <summary>The files in it, as a checkpoint.</summary>
    public CheckpointFiles Files => CheckpointFiles.FromDirectory(Path);

    /// <summary>Writes a file.</summary>
    public TemporaryFolder Write(string name, byte[] content)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return this;
    }

    /// <summary>Writes a text as UTF-8.</summary>
    public TemporaryFolder Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    /// <summary>Copies all files of a checkpoint.</summary>
    public TemporaryFolder Copy(CheckpointFiles files)
    {
        foreach (var name in files.Names)
        {
            Write(name, files.ReadAllBytes(name));
        }

        return this;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
