using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing.Hub;

namespace GGUFPacker.Product.Tests;

/// <summary>A model project outside the repository, built with the packed SDK from a folder feed.</summary>
[Trait("Category", "Product")]
public sealed class ModelProjectTests(PackedProduct product) : IDisposable
{
    private const string Project = $"""
        <Project Sdk="GGUFPacker.Sdk/{PackedProduct.Version}">
          <ItemGroup>
            <GGUFModel Include="austen" PreTokenizer="llama-bpe" /> <GGUFQuantizeType Include="Q8_0;Q4_K_M;Q4_0" />
          </ItemGroup>
        </Project>
        """;

    private readonly Workspace _workspace = new(product);

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task A_five_line_project_builds_once_and_then_does_only_what_changes_ask_for()
    {
        _workspace.WriteCheckpoint("Austen/austen");
        _workspace.Write("Austen/Austen.ggufproj", Project);

        // The first build makes the files that llama.cpp would make, and an image of each.
        var first = await _workspace.BuildAsync("build", "Austen");
        Assert.Empty(first.Warnings);
        Assert.True(first.Worked("GGUFQuantize"));
        Assert.False(first.Worked("GGUFPack"), "One run makes the files and the images.");
        Assert.All(SampleFiles.Types, type => Assert.Equal(SampleFiles.Sha256(type), _workspace.Sha256(Output(type))));
        var output = Directory.EnumerateFileSystemEntries(_workspace.Combine("Austen", "bin")).Select(Path.GetFileName);
        Assert.Equal(["Austen.Q4_0.gguf", "Austen.Q4_K_M.gguf", "Austen.Q8_0.gguf"], output.Order(StringComparer.Ordinal));
        var digests = SampleFiles.Types.ToDictionary(type => type, Digest);

        // The second one has nothing to do.
        var second = await _workspace.BuildAsync("build", "Austen");
        Assert.Equal(0, second.RunsOf("GenerateGGUFPackerfile") + second.RunsOf("BuildGGUFImages"));
        Assert.Equal(0, second.RunsOf("EstimateGGUFMemory"));
        var told = second.MessagesWith("Austen -> ");
        Assert.Equal(3, told.Count);
        Assert.Equal(first.MessagesWith("Austen -> "), told);
        Assert.All(told, line => Assert.Matches(@"\.gguf \([0-9.]+ [KM]i?B, takes [0-9.]+ MiB of VRAM and [0-9.]+ MiB of RAM with a context of \d+\)$", line));

        // A limit estimates again and builds nothing; reports come and go with their property.
        var refused = await _workspace.DotnetAsync("build", _workspace.Combine("Austen"), "-p:GGUFMaxVram=64MiB");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("error GGUF0640: ", refused.Output, StringComparison.Ordinal);
        var reported = await _workspace.BuildAsync("build", "Austen", "-p:GGUFMaxVram=1GiB", "-p:GGUFEstimateReport=true");
        Assert.Equal((0, 1), (reported.RunsOf("BuildGGUFImages"), reported.RunsOf("EstimateGGUFMemory")));
        Assert.Equal(6, Directory.EnumerateFiles(_workspace.Combine("Austen", "bin"), "*.estimate.*").Count());
        await _workspace.BuildAsync("build", "Austen");
        Assert.Empty(Directory.EnumerateFiles(_workspace.Combine("Austen", "bin"), "*.estimate.*"));

        // Another CMD makes other images around the same files.
        var inodes = SampleFiles.Types.Select(Inode).ToList();
        const string Argument = "<GGUFCommandArgument Include=\"--ctx-size\" Value=\"512\" />";
        _workspace.Write("Austen/Austen.ggufproj", Project.Replace("</ItemGroup>", $"{Argument}</ItemGroup>", StringComparison.Ordinal));
        var repacked = await _workspace.BuildAsync("build", "Austen");
        Assert.False(repacked.Worked("GGUFQuantize"));
        Assert.True(repacked.Worked("GGUFPack"));
        Assert.DoesNotContain(repacked.MessagesWith("QUANTIZE --from"), message => message.EndsWith(" s)", StringComparison.Ordinal));
        Assert.Equal(inodes, SampleFiles.Types.Select(Inode));
        Assert.All(SampleFiles.Types, type => Assert.NotEqual(digests[type], Digest(type)));

        // A file that is gone comes back, and no other is touched.
        var times = SampleFiles.Types.Select(type => File.GetLastWriteTimeUtc(_workspace.Combine(Output(type)))).ToList();
        File.Delete(_workspace.Combine(Output("Q4_0")));
        var remade = await _workspace.BuildAsync("build", "Austen");
        Assert.Equal(1, remade.RunsOf("BuildGGUFImages"));
        Assert.Equal(SampleFiles.Sha256("Q4_0"), _workspace.Sha256(Output("Q4_0")));
        Assert.Equal(times[..2], SampleFiles.Types.Take(2).Select(type => File.GetLastWriteTimeUtc(_workspace.Combine(Output(type)))));
        Assert.DoesNotContain(remade.MessagesWith("QUANTIZE --from"), message => message.EndsWith(" s)", StringComparison.Ordinal));

        // A name that is gone from the store comes back, and nothing is made for it.
        var named = Digest("Q8_0");
        using (var store = ContentStore.Open(_workspace.StorePath))
        {
            Assert.True(store.Tags.Remove(ImageReference.Parse("austen:Q8_0")));
        }

        var renamed = await _workspace.BuildAsync("build", "Austen");
        Assert.Equal(1, renamed.RunsOf("BuildGGUFImages"));
        Assert.DoesNotContain(renamed.MessagesWith("QUANTIZE --from"), message => message.EndsWith(" s)", StringComparison.Ordinal));
        Assert.Equal(named, Digest("Q8_0"));
        Assert.Equal(0, (await _workspace.BuildAsync("build", "Austen")).RunsOf("BuildGGUFImages"));

        // A type that is no longer asked for leaves the output; clean leaves nothing.
        _workspace.Write("Austen/Austen.ggufproj", Project.Replace(";Q4_0", "", StringComparison.Ordinal));
        await _workspace.BuildAsync("build", "Austen");
        Assert.False(File.Exists(_workspace.Combine(Output("Q4_0"))));
        await _workspace.BuildAsync("clean", "Austen");
        Assert.Empty(Directory.Exists(_workspace.Combine("Austen", "bin")) ? Directory.EnumerateFiles(_workspace.Combine("Austen", "bin")) : []);
    }

    [Fact]
    public async Task A_model_on_a_hub_is_fetched_once_and_becomes_the_same_files()
    {
        using var hub = new LoopbackHub { Token = "hf_secret" };
        hub.AddDirectory("jane/austen", Repository.Checkpoint);
        _workspace.SetVariable("HF_ENDPOINT", hub.Endpoint);
        _workspace.SetVariable("HF_TOKEN", "hf_secret");
        _workspace.Write("Austen/Austen.ggufproj", Project.Replace("\"austen\"", "\"hf://jane/austen@main\"", StringComparison.Ordinal));

        await _workspace.BuildAsync("build", "Austen");
        Assert.All(SampleFiles.Types, type => Assert.Equal(SampleFiles.Sha256(type), _workspace.Sha256(Output(type))));

        // The second build does not even ask; one that has to asks for the listing alone.
        var requests = hub.Requests.Count;
        await _workspace.BuildAsync("build", "Austen");
        Assert.Equal(requests, hub.Requests.Count);
        var large = hub.StorageRequests.Count;
        await _workspace.BuildAsync("build", "Austen", "--no-incremental");
        Assert.DoesNotContain(hub.Requests.Skip(requests), request => request.Path.Contains("/resolve/", StringComparison.Ordinal));
        Assert.Equal(large, hub.StorageRequests.Count);
    }

    [Fact]
    public async Task An_app_gets_the_model_of_a_referenced_project_as_a_hard_link_on_build_and_publish()
    {
        _workspace.WriteCheckpoint("Austen/austen");
        _workspace.Write("Austen/Austen.ggufproj", Project);
        _workspace.Write("App/App.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup><ProjectReference Include="../Austen/Austen.ggufproj" /></ItemGroup>
            </Project>
            """);
        _workspace.Write("App/Program.cs", """
            foreach (var file in System.IO.Directory.GetFiles(System.AppContext.BaseDirectory, "*.gguf"))
                System.Console.WriteLine(System.IO.Path.GetFileName(file));
            """);

        _workspace.Write("all.slnx", """
            <Solution>
              <Project Path="App/App.csproj" />
              <Project Path="Austen/Austen.ggufproj" Type="9A19103F-16F7-4668-BE54-9A1E7A4F7556" />
            </Solution>
            """);

        await _workspace.BuildAsync("build", "App");
        var published = await _workspace.BuildAsync("publish", "all.slnx");

        Assert.Equal(0, published.RunsOf("BuildGGUFImages"));
        Assert.All(SampleFiles.Types, type =>
        {
            var inode = Inode(type);
            Assert.Equal(inode, FileIdentity.Inode(_workspace.Combine("App", "bin", "Debug", "net10.0", $"Austen.{type}.gguf")));
            Assert.Equal(inode, FileIdentity.Inode(_workspace.Combine("App", "bin", "Release", "net10.0", "publish", $"Austen.{type}.gguf")));
        });
        var run = (await _workspace.DotnetAsync("run", "--project", _workspace.Combine("App"), "--no-build")).Succeeded();
        Assert.Contains("Austen.Q4_K_M.gguf", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_of_the_project_is_an_error_at_its_line_with_a_page()
    {
        var project = _workspace.Write("Austen/Austen.ggufproj", Project);

        var build = await _workspace.DotnetAsync("build", _workspace.Combine("Austen"));

        Assert.Equal(1, build.ExitCode);
        Assert.Contains($"{project}(3,5): error GGUF0612: ", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_template_makes_a_project_that_builds()
    {
        _workspace.WriteCheckpoint("Tiny/austen");
        (await _workspace.DotnetAsync("new", "install", Path.Combine(product.Feed, $"GGUFPacker.Templates.{PackedProduct.Version}.nupkg"))).Succeeded();
        (await _workspace.DotnetAsync("new", "ggufpacker", "-n", "Tiny", "--model", "austen", "--quantize", "Q8_0")).Succeeded();

        await _workspace.BuildAsync("build", "Tiny");

        Assert.Equal(SampleFiles.Sha256("Q8_0"), _workspace.Sha256("Tiny", "bin", "Tiny.Q8_0.gguf"));
    }

    private static string Output(string type) => Path.Combine("Austen", "bin", $"Austen.{type}.gguf");

    private long Inode(string type) => FileIdentity.Inode(_workspace.Combine(Output(type)));

    private string Digest(string type)
    {
        using var store = ContentStore.Open(_workspace.StorePath);
        return store.Tags.Find(ImageReference.Parse($"austen:{type}"))!.Manifest.Digest.ToString();
    }
}
