using System.Text;
using GGUFPacker.Testing;

namespace GGUFPacker.Conversion.Tests.Architectures;

/// <summary>docs/models.md says what <c>gguf-packer convert --list</c> says. With GGUFPACKER_WRITE_DOCS=1 the test writes the document anew.</summary>
public sealed class ModelsDocumentTests
{
    private static readonly string Path = System.IO.Path.Combine(Goldens.RepositoryRoot, "docs", "models.md");

    [Fact]
    public void The_document_is_the_registry_s()
    {
        var document = Document();
        if (Environment.GetEnvironmentVariable("GGUFPACKER_WRITE_DOCS") == "1")
        {
            File.WriteAllText(Path, document);
        }

        Assert.Equal(document, File.ReadAllText(Path).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void The_example_of_the_guide_is_the_family_s_whole_text()
    {
        var guide = File.ReadAllText(System.IO.Path.Combine(Goldens.RepositoryRoot, "docs", "adding-an-architecture.md")).ReplaceLineEndings("\n");
        var family = System.IO.Path.Combine(Goldens.RepositoryRoot, "src", "GGUFPacker.Conversion", "Architectures", "Gemma2.cs");

        Assert.Contains($"```csharp\n{File.ReadAllText(family).ReplaceLineEndings("\n").TrimEnd()}\n```\n", guide, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_family_has_its_own_names_and_an_architecture()
    {
        var families = ModelConverter.SupportedFamilies;

        Assert.Equal(families.Length, families.Select(family => family.Title).Distinct().Count());
        Assert.Equal(families.Sum(family => family.Names.Length), families.SelectMany(family => family.Names).Distinct().Count());
        Assert.All(families, family => Assert.NotEmpty(family.GgufArchitectures));
    }

    private static string Document()
    {
        var text = new StringBuilder("""
            # Models

            What `gguf-packer convert`, the CONVERT instruction and the SDK convert. The list is that of `gguf-packer convert --list`. Everything not named
            under "special" is new names for tensors and keys for hyperparameters.

            A checkpoint whose architecture is not here is refused. If all of its tensors fit a known family, the error names that family: if the model
            computes the same, `--architecture NAME` converts it as one of the names below.

            | family | names in config.json | llama.cpp's architecture | special |
            |---|---|---|---|

            """.ReplaceLineEndings("\n"));
        foreach (var family in ModelConverter.SupportedFamilies)
        {
            var special = new[]
            {
                family.Special,
                family.ExportsTokenPrediction ? "`--mtp`, `--no-mtp`" : "",
                family.HasProjector ? "projector (`--mmproj`)" : "",
            }.Where(part => part.Length > 0);
            text.Append($"| {family.Title} | {Code(family.Names)} | {Code(family.GgufArchitectures)} | {string.Join("; ", special)} |\n");
        }

        text.Append("""

            ## Vision and audio parts

            `--class mmproj` (`--mmproj`) makes the file that llama.cpp takes as `--mmproj` of the checkpoints of these families.

            | family | names in config.json |
            |---|---|

            """.ReplaceLineEndings("\n"));
        foreach (var projector in ModelConverter.SupportedProjectors)
        {
            text.Append($"| {projector.Title} | {Code(projector.Names)} |\n");
        }

        text.Append("""

            ## Adapters

            `--class lora --base DIR` converts PEFT's LoRA adapters of all families above: the factors go through the same steps as the weights that they
            change. An adapter of weights whose numbers are changed on the way is refused, with the name of the weight.

            """.ReplaceLineEndings("\n"));

        return text.ToString();

        static string Code(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"`{name}`"));
    }
}
