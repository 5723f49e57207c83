namespace GGUFPacker.Product.Tests;

/// <summary>The samples as somebody sees them who has just cloned the repository: into a path with a space, nothing packed, nothing built.</summary>
[Trait("Category", "Product")]
public sealed class FreshCloneTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task The_samples_build_run_and_publish_on_a_fresh_clone()
    {
        string[] list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ":!tests"];
        var files = await Command.RunAsync("git", list, Repository.Root, Workspace.CommonEnvironment);
        Assert.SkipWhen(files.ExitCode != 0, "The tests do not run in a git repository.");
        var names = files.Output.TrimEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
        foreach (var file in names.Where(file => File.Exists(Path.Combine(Repository.Root, file))))
        {
            var target = _workspace.Combine("a clone", file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(Repository.Root, file), target);
        }

        var build = await _workspace.BuildAsync("build", "a clone/samples/AustenApp");
        Assert.Empty(build.Warnings);
        Assert.All(SampleFiles.Types, type => Assert.Equal(SampleFiles.Sha256(type), _workspace.Sha256(Output("Austen/bin", type))));

        var run = (await _workspace.DotnetAsync("run", "--project", _workspace.Combine("a clone", "samples", "AustenApp"), "--no-build")).Succeeded();
        Assert.Contains("architecture  llama", run.Output, StringComparison.Ordinal);
        Assert.All(SampleFiles.Types, type =>
        {
            Assert.Contains($"type          {type}", run.Output, StringComparison.Ordinal);
            Assert.Equal(
                FileIdentity.Inode(_workspace.Combine(Output("Austen/bin", type))),
                FileIdentity.Inode(_workspace.Combine(Output("AustenApp/bin/Debug/net10.0", type))));
        });

        // The tasks of the sources are not built again either.
        var second = await _workspace.BuildAsync("build", "a clone/samples/Austen");
        Assert.Equal(0, second.RunsOf("Csc") + second.RunsOf("GenerateGGUFPackerfile") + second.RunsOf("BuildGGUFImages"));
    }

    private static string Output(string directory, string type) => $"a clone/samples/{directory}/Austen.{type}.gguf";
}
