using GGUFPacker.Cli.Output;
using GGUFPacker.Cli.Running;
using GGUFPacker.Testing;

namespace GGUFPacker.Cli.Tests.Running;

public sealed class EngineTests : IDisposable
{
    private readonly TemporaryDirectory _programs = new();

    public void Dispose() => _programs.Dispose();

    [Theory]
    [InlineData(null, "", false, "ghcr.io/ggml-org/llama.cpp:server")]
    [InlineData(null, "", true, "ghcr.io/ggml-org/llama.cpp:server-cuda")]
    [InlineData(null, "ollama", false, "ghcr.io/ggml-org/llama.cpp:server")]
    [InlineData(null, "llama ollama", false, "llama")]
    [InlineData(null, "llama-box llama-server", true, "llama-server")]
    [InlineData("ghcr.io/a/b:1", "llama-server", false, "ghcr.io/a/b:1")]
    [InlineData("localhost/a:1", "", false, "localhost/a:1")]
    [InlineData("ghcr.io/a/b", "", false, "ghcr.io/a/b")]
    [InlineData("llama:latest", "", false, "llama:latest")]
    [InlineData("./bin/llama-server", "", false, "./bin/llama-server")]
    public async Task What_runs_a_model_is_what_was_named_or_what_there_is(string? by, string programs, bool hasGpus, string expected)
    {
        foreach (var program in programs.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var path = _programs[OperatingSystem.IsWindows() ? program + ".exe" : program];
            File.WriteAllText(path, "");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            }
        }

        var environment = new CliEnvironment
        {
            Console = new CliConsole(TextWriter.Null, TextWriter.Null, Terminal: null),
            Variable = name => name == "PATH" ? _programs.FullName : null,
            Home = "",
            CurrentDirectory = _programs.FullName,
        };

        var engine = await Engine.ChooseAsync(by, () => Task.FromResult(hasGpus), environment);

        Assert.Equal(expected, engine.Image ?? engine.Program);
        Assert.Equal(expected.EndsWith(":1", StringComparison.Ordinal) || expected.Contains(":server"), engine.IsContainer);
    }

    [Fact]
    public void A_program_s_name_tells_what_it_takes()
    {
        Assert.Equal(BinaryKind.OllamaRunner, BinaryKinds.Of("/usr/bin/ollama"));
        Assert.Equal(BinaryKind.Llama, BinaryKinds.Of("llama.exe"));
        Assert.Equal(BinaryKind.LlamaBox, BinaryKinds.Of("llama-box"));
        Assert.Equal(BinaryKind.LlamaServer, BinaryKinds.Of("my-server"));
    }

    [Theory]
    [InlineData("{\"Runtimes\":{\"nvidia\":{}}}", true)]
    [InlineData("{\"Runtimes\":{\"runc\":{}},\"DiscoveredDevices\":[{\"Source\":\"cdi\",\"ID\":\"nvidia.com/gpu=all\"}]}", true)]
    [InlineData("{\"Runtimes\":{\"runc\":{}},\"DiscoveredDevices\":[{\"ID\":\"vendor.com/x=0\"}]}", false)]
    [InlineData("{\"Runtimes\":null}", false)]
    [InlineData("Cannot connect", false)]
    public async Task Docker_is_asked_for_GPUs(string answer, bool expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the stand-in is a shell script");
        File.WriteAllText(_programs["docker"], $"#!/bin/sh\necho '{answer}'\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_programs["docker"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        Assert.Equal(expected, await DockerProgram.HasGpusAsync(_programs["docker"], TestContext.Current.CancellationToken));
    }
}
