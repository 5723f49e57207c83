using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tests.Tokenizers;
using GGUFPacker.Testing;

namespace GGUFPacker.Conversion.Tests.Conversions;

/// <summary>Every conversion of the goldens, by the reference's own command line: the same files, byte for byte, or a failure where it fails.</summary>
public sealed class ConversionGoldenTests : IDisposable
{
    private readonly DirectoryInfo _output = Directory.CreateTempSubdirectory("conversion-");

    public static IEnumerable<TheoryDataRow<string>> Cases(string folder) =>
        Goldens.Files(folder, "*.json").Select(path => new TheoryDataRow<string>(Path.GetFileNameWithoutExtension(path)));

    [Theory]
    [GoldenData(nameof(Cases), "convert/expected")]
    public async Task Conversion_is_the_reference_s(string name)
    {
        var golden = GoldenConversion.Read(Goldens.Path("convert", "expected", $"{name}.json"));
        Assert.SkipWhen(IntendedDifferences.ReasonOf(name) is not null, $"An intended difference: {IntendedDifferences.ReasonOf(name)}");
        if (golden.Fails)
        {
            await Assert.ThrowsAsync<CheckpointException>(() => golden.ConvertAsync(OpenOrFail(golden), _output.FullName, threads: 2));
            Assert.Empty(_output.GetFiles());
            return;
        }

        Assert.SkipUnless(Directory.Exists(Goldens.Path("convert", "models", golden.Model)), "The checkpoint is not in this set of goldens.");
        await AssertEqualAsync(golden, GoldenCheckpoint.Open(golden.Model)!);
    }

    [Theory]
    [GoldenData(nameof(Cases), "austen/expected")]
    public async Task Conversion_of_the_sample_is_the_reference_s(string name)
    {
        var golden = GoldenConversion.Read(Goldens.Path("austen", "expected", $"{name}.json"));
        string[] places = [Path.Combine(Goldens.Root, "..", "models", golden.Model), Path.Combine(Goldens.RepositoryRoot, "samples", "Austen", golden.Model)];
        var place = places.FirstOrDefault(Directory.Exists);
        Assert.SkipWhen(place is null, "The checkpoint of the sample is not here.");
        await AssertEqualAsync(golden, CheckpointFiles.FromDirectory(place));
    }

    /// <summary>The cases of checkpoints with several weight files.</summary>
    public static IEnumerable<TheoryDataRow<string>> ShardedCases(string folder) => Goldens.Files(folder, "*.json")
        .Select(GoldenConversion.Read)
        .Where(golden => !golden.Fails && golden.Base is null && GoldenCheckpoint.Open(golden.Model) is { } files
            && files.Names.Count(name => name.EndsWith(".safetensors", StringComparison.Ordinal) || name.EndsWith(".bin", StringComparison.Ordinal)) > 1)
        .Select(golden => new TheoryDataRow<string>(golden.Name));

    [Theory]
    [GoldenData(nameof(ShardedCases), "convert/expected")]
    public async Task Bytes_depend_neither_on_the_threads_nor_on_the_order_of_files(string name)
    {
        var golden = GoldenConversion.Read(Goldens.Path("convert", "expected", $"{name}.json"));
        var files = GoldenCheckpoint.Open(golden.Model)!;
        var reversed = new CheckpointFiles(files.Name, files.Names.Reverse().Select(file => KeyValuePair.Create(file, files.PathOf(file))));
        foreach (var threads in new[] { 1, 5 })
        {
            await AssertEqualAsync(golden, reversed, threads);
        }
    }

    public void Dispose() => _output.Delete(recursive: true);

    private async Task AssertEqualAsync(GoldenConversion golden, CheckpointFiles files, int threads = 2)
    {
        IReadOnlyList<string> paths;
        try
        {
            paths = await golden.ConvertAsync(files, _output.FullName, threads);
        }
        catch (CheckpointException exception) when (exception.UnsupportedFeature is not null)
        {
            Assert.Skip($"Not supported yet: {exception.UnsupportedFeature}.");
            return;
        }

        Assert.Equal(golden.Files.Select(file => file.Name), paths.Select(Path.GetFileName));
        foreach (var (file, path) in golden.Files.Zip(paths))
        {
            file.AssertEqual(path);
        }

        // The order in which a folder lists its files must not matter, nor the number of threads; one type of each case tells.
        if (golden.Name.EndsWith(".auto", StringComparison.Ordinal))
        {
            var reversed = new CheckpointFiles(files.Name, files.Names.Reverse().Select(file => KeyValuePair.Create(file, files.PathOf(file))));
            var again = await golden.ConvertAsync(reversed, _output.CreateSubdirectory("again").FullName, threads: 1);
            foreach (var (first, second) in paths.Zip(again))
            {
                Assert.True(File.ReadAllBytes(first).AsSpan().SequenceEqual(File.ReadAllBytes(second)), $"With one thread and the files reversed, {first} differs.");
            }
        }
    }

    /// <summary>A case that fails may be one without a directory: then the checkpoint fails to open.</summary>
    private static CheckpointFiles OpenOrFail(GoldenConversion golden) =>
        GoldenCheckpoint.Open(golden.Model) ?? CheckpointFiles.FromDirectory(Goldens.Path("convert", "models", golden.Model));
}
