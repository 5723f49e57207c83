using System.Xml.Linq;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests;

/// <summary>Holds the arrows of docs/architecture.md: which project may know which.</summary>
public sealed class ArrowTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["GGUFPacker.Packerfile"] = [],
        ["GGUFPacker.Gguf"] = [],
        ["GGUFPacker.Oci"] = [],
        ["GGUFPacker.Conversion"] = ["GGUFPacker.Gguf"],
        ["GGUFPacker.Estimation"] = ["GGUFPacker.Gguf"],
        ["GGUFPacker.Build"] = ["GGUFPacker.Packerfile", "GGUFPacker.Gguf", "GGUFPacker.Conversion", "GGUFPacker.Oci"],
        ["GGUFPacker.BuildKit"] = ["GGUFPacker.Build"],
        ["GGUFPacker.Tasks"] = ["GGUFPacker.Build", "GGUFPacker.BuildKit", "GGUFPacker.Estimation", "GGUFPacker.Oci"],
        ["GGUFPacker.Cli"] =
        [
            "GGUFPacker.Build", "GGUFPacker.BuildKit", "GGUFPacker.Estimation", "GGUFPacker.Oci",
            "GGUFPacker.Packerfile", "GGUFPacker.Gguf", "GGUFPacker.Conversion",
        ],
    };

    // A heavy dependency lives in one project only.
    private static readonly Dictionary<string, string[]> Confined = new()
    {
        ["YamlDotNet"] = ["GGUFPacker.Conversion"],
        ["ZstdSharp.Port"] = ["GGUFPacker.Oci"],
        ["System.CommandLine"] = ["GGUFPacker.Cli"],
        ["Spectre.Console"] = ["GGUFPacker.Cli"],
        ["Microsoft.Build.Framework"] = ["GGUFPacker.Tasks"],
        ["Microsoft.Build.Utilities.Core"] = ["GGUFPacker.Tasks"],
        ["Grpc.Net.Client"] = ["GGUFPacker.BuildKit"],
        ["Google.Protobuf"] = ["GGUFPacker.BuildKit"],
    };

    [Fact]
    public void Every_project_references_only_what_its_arrows_allow()
    {
        foreach (var (project, document) in Projects())
        {
            Assert.True(Allowed.TryGetValue(project, out var allowed), $"{project} has no arrows: add it to the diagram and to this test.");
            foreach (var reference in Includes(document, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'))))
            {
                Assert.True(allowed.Contains(reference), $"{project} must not know {reference}.");
            }
        }
    }

    [Fact]
    public void A_confined_package_is_referenced_only_where_it_belongs()
    {
        foreach (var (project, document) in Projects())
        {
            foreach (var package in Includes(document, "PackageReference"))
            {
                Assert.True(Confined.TryGetValue(package, out var homes), $"{package} in {project} has no home: give its reason in docs/architecture.md and add it to this test.");
                Assert.Contains(project, homes);
            }
        }
    }

    [Fact]
    public void The_architecture_document_names_every_project()
    {
        var text = File.ReadAllText(Path.Combine(Goldens.RepositoryRoot, "docs", "architecture.md"));
        foreach (var (project, _) in Projects())
        {
            Assert.Contains(project, text, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<(string Name, XDocument Document)> Projects() =>
        Directory.EnumerateFiles(Path.Combine(Goldens.RepositoryRoot, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(path => (Path.GetFileNameWithoutExtension(path), XDocument.Load(path)));

    private static IEnumerable<string> Includes(XDocument document, string element) =>
        document.Descendants(element).Select(item => (string?)item.Attribute("Include")).OfType<string>();
}
