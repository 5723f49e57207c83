using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using GGUFPacker.Testing;
using GGUFPacker.Testing.LlamaCpp;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Cli.Tests.Running;

/// <summary>The sample, from its checkpoint through a registry to its prose: packed, pulled, run by a server over the real llama.cpp.</summary>
[Trait("Category", "RealParts")]
public sealed class AustenRunTests
{
    [Fact]
    public async Task The_sample_is_packed_pulled_and_writes_what_the_reference_wrote()
    {
        Assert.SkipWhen(LlamaFolder.Path is null, $"{LlamaFolder.Variable} does not name a folder with llama.cpp's libraries.");
        using var reference = JsonDocument.Parse(File.ReadAllBytes(Goldens.InRepository("austen", "reference.json")));
        var greedy = reference.RootElement.GetProperty("greedy");
        using var registry = new LoopbackRegistry();
        using var sender = new CliRunner();
        using var receiver = new CliRunner();
        sender.WriteFile(
            "GGUFPackerfile",
            $"FROM scratch\nCONVERT --from=austen --type={greedy.GetProperty("file").GetString()} . /models/austen.gguf\nCMD [\"-m\", \"models/austen.gguf\", \"--ctx-size\", \"512\"]\n");
        var checkpoint = Path.Combine(Goldens.RepositoryRoot, "samples", "Austen", "austen");
        (await sender.RunAsync("build", "--build-context", $"austen={checkpoint}", "-t", $"{registry.Host}/team/austen:bf16", "--push")).Succeeded();
        (await receiver.RunAsync("verify", $"{registry.Host}/team/austen:bf16", "--digests")).Succeeded();

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var port = FreePort();
        var written = Task.FromResult(Array.Empty<string>());
        receiver.OnLine = line =>
        {
            if (line.Contains("is ready at"))
            {
                written = WriteAsync(port, greedy);
                written.ContinueWith(_ => stop.Cancel(), TaskScheduler.Default);
            }
        };
        var result = await receiver.RunAsync(stop.Token, "run", $"{registry.Host}/team/austen:bf16", "--by", LlamaServerProgram.ProgramPath, "--port", $"{port}");

        Assert.True(result.ExitCode == 130, result.Error);
        Assert.Equal(greedy.GetProperty("prompts").EnumerateArray().Select(prompt => prompt.GetProperty("text").GetString()), await written);
    }

    private static async Task<string[]> WriteAsync(int port, JsonElement greedy)
    {
        using var client = new HttpClient();
        var texts = new List<string>();
        foreach (var prompt in greedy.GetProperty("prompts").EnumerateArray())
        {
            var body = JsonSerializer.Serialize(new { prompt = prompt.GetProperty("prompt").GetString(), n_predict = greedy.GetProperty("tokens").GetInt32() });
            using var question = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync($"http://127.0.0.1:{port}/completion", question);
            texts.Add((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("content").GetString()!);
        }

        return [.. texts];
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
