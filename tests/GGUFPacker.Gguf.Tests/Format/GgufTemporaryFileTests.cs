using GGUFPacker.Gguf.Format;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Format;

/// <summary>What a killed process leaves beside its output goes with the next run, and nothing else does.</summary>
public sealed class GgufTemporaryFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Abandoned_files_of_the_same_output_are_removed()
    {
        Write(NameOf("m.gguf"));
        Write(NameOf("m.gguf"));

        await WriteModelAsync("m.gguf");

        Assert.Equal(["m.gguf"], _folder.Names);
    }

    [Fact]
    public async Task Files_of_other_outputs_and_other_programs_stay()
    {
        string[] others = [NameOf("n.gguf"), ".m.gguf.1234.tmp", ".m.gguf.tmp", NameOf("m.gguf")[1..], NameOf("m.gguf") + "x", NameOf("gguf")];
        Array.ForEach(others, Write);

        await WriteModelAsync("m.gguf");

        Assert.Equal(others.Append("m.gguf").Order(StringComparer.Ordinal), _folder.Names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_file_that_is_being_written_stays_and_takes_its_place()
    {
        using var first = GgufTemporaryFile.Create(_folder["m.gguf"], 4);
        RandomAccess.Write(first.Handle, "late"u8, 0);
        var temporary = Assert.Single(_folder.Names);

        await WriteModelAsync("m.gguf");

        Assert.Contains(temporary, _folder.Names);
        first.Publish();
        first.Dispose();
        Assert.Equal(["m.gguf"], _folder.Names);
        Assert.Equal("late", await File.ReadAllTextAsync(_folder["m.gguf"], Token));
    }

    [Fact]
    public void A_missing_directory_is_named()
    {
        var error = Assert.Throws<DirectoryNotFoundException>(() => GgufTemporaryFile.Create(Path.Combine(_folder["no"], "m.gguf"), 0));
        Assert.Contains("'" + _folder["no"] + "' does not exist", error.Message, StringComparison.Ordinal);
    }

    private static string NameOf(string output) => $".{output}.{Guid.NewGuid():N}.tmp";

    private void Write(string name) => File.WriteAllText(_folder[name], "half");

    private Task WriteModelAsync(string name) =>
        GgufModelWriter.WriteFileAsync(new MemoryModel(GgufMetadata.Empty, GgufRoundTripTests.EveryTensorType()), _folder[name], cancellationToken: Token);
}
