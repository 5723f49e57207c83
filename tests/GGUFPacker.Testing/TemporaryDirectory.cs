namespace GGUFPacker.Testing;

/// <summary>A directory of a test's own, with a space in its name, gone after the test.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    public string FullName { get; } = Directory.CreateTempSubdirectory("gguf packer ").FullName;

    public string this[params ReadOnlySpan<string> parts] => Path.Combine([FullName, .. parts]);

    public void Dispose() => Directory.Delete(FullName, recursive: true);
}
