using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization.Model;

/// <summary>A folder with all sources of the reference data, for the tests of one class.</summary>
public sealed class SourceFolder : IDisposable
{
    /// <summary>Builds the sources.</summary>
    public SourceFolder()
    {
        foreach (var file in FileGoldens.Sources())
        {
            var recipe = FileGoldens.Source(file);
            File.WriteAllBytes(PathOf(recipe.GetProperty("file").GetString()!), SourceRecipe.Build(recipe));
        }

        if (File.Exists(Goldens.Path("quant", "files", "sources.json")))
        {
            foreach (var (file, text) in FileGoldens.Texts())
            {
                File.WriteAllText(PathOf(file), text);
            }
        }

        File.WriteAllText(PathOf("junk.gguf"), "not a gguf file at all");
        Inputs = [.. Files()];
    }

    /// <summary>The folder.</summary>
    public string Root { get; } = Directory.CreateTempSubdirectory("gguf quantize ").FullName;

    /// <summary>The names of the files that a test leaves alone: the sources, and outputs that later cases need.</summary>
    public HashSet<string> Inputs { get; }

    /// <summary>A path in the folder.</summary>
    public string PathOf(string file) => Path.Combine(Root, file);

    /// <summary>The files that were written since.</summary>
    public IEnumerable<string> Outputs() => Files().Where(file => !Inputs.Contains(file));

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Root, recursive: true);

    private IEnumerable<string> Files() => Directory.EnumerateFiles(Root).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);
}
