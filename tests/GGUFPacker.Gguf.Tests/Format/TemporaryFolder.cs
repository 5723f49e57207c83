namespace GGUFPacker.Gguf.Tests.Format;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ggufpacker tests ");

    public string this[string name] => Path.Combine(_directory.FullName, name);

    public IReadOnlyList<string> Names =>
        [.. Directory.EnumerateFileSystemEntries(_directory.FullName).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public void Dispose() => _directory.Delete(recursive: true);
}
