using GGUFPacker.Build.Images;
using GGUFPacker.Cli.Running;
using GGUFPacker.Oci.Layers;

namespace GGUFPacker.Cli.Tests.Running;

public sealed class ModelArgumentsTests
{
    private static readonly ModelTree Tree = new(
        "/store/trees/0123456789abcdef", LayerFiles.Flatten(
            [
                new LayerRecipe(
                    default, 0, [],
                    [
                        LayerEntry.Directory("app"),
                        .. new[] { "app/m.gguf", "a.gguf", "b.gguf", "odd,name.gguf", "t.jinja", "etc/key.pem" }.Select(path => new LayerEntry(path, LayerEntryKind.File)),
                        new LayerEntry("models", LayerEntryKind.SymbolicLink) { LinkTarget = "/app" },
                        new LayerEntry("loop", LayerEntryKind.SymbolicLink) { LinkTarget = "loop" },
                    ]),
            ]));

    [Theory]
    [InlineData("-m app/m.gguf", "-m @/app/m.gguf")]
    [InlineData("-m /app/../app/./m.gguf", "-m @/app/m.gguf")]
    [InlineData("-m models/m.gguf", "-m @/app/m.gguf")]
    [InlineData("-m loop/m.gguf", "-m @/loop/m.gguf")]
    [InlineData("-m gone.gguf", "-m @/gone.gguf")]
    [InlineData("-m a.gguf -m b.gguf", "-m @/a.gguf -m @/b.gguf")]
    [InlineData("--lora a.gguf,b.gguf", "--lora @/a.gguf,@/b.gguf")]
    [InlineData("--lora odd,name.gguf", "--lora \"@/odd,name.gguf\"")]
    [InlineData("--lora \"odd,name.gguf\",b.gguf", "--lora \"@/odd,name.gguf\",@/b.gguf")]
    [InlineData("--lora-scaled \"odd,name.gguf:1\",b.gguf:2", "--lora-scaled \"@/odd,name.gguf:1\",@/b.gguf:2")]
    [InlineData("--control-vector-scaled /a.gguf:-0.5", "--control-vector-scaled @/a.gguf:-0.5")]
    [InlineData("--lora-scaled a.gguf 0.5", "--lora-scaled @/a.gguf 0.5")]
    [InlineData("--lora-scaled a.gguf:0.5,b.gguf:1", "--lora-scaled @/a.gguf:0.5,@/b.gguf:1")]
    [InlineData("--control-vector-scaled a.gguf -1", "--control-vector-scaled @/a.gguf -1")]
    [InlineData("-jf t.jinja", "-jf @/t.jinja")]
    [InlineData("--chat_template_file t.jinja", "--chat_template_file @/t.jinja")]
    [InlineData("--system-prompt-file t.jinja", "--system-prompt-file @/t.jinja")]
    [InlineData("--some-new-file later.txt", "--some-new-file @/later.txt")]
    [InlineData("--ssl-key-file /etc/key.pem", "--ssl-key-file @/etc/key.pem")]
    [InlineData("--ssl-key-file /run/secrets/key", "--ssl-key-file /run/secrets/key")]
    [InlineData("--log-file out.log --hf-file x.gguf", "--log-file out.log --hf-file x.gguf")]
    [InlineData("--alias -m -m a.gguf", "--alias -m -m @/a.gguf")]
    [InlineData("-fa -m a.gguf", "-fa -m @/a.gguf")]
    [InlineData("--path app --metrics", "--path @/app --metrics")]
    public void Paths_of_CMD_become_paths_that_the_server_sees(string arguments, string expected) =>
        Assert.Equal(expected, string.Join(' ', ModelArguments.Rewrite(new ModelCommand([.. arguments.Split(' ')]), Tree, path => "@/" + path)));

    [Theory]
    [InlineData("--lora-scaled a.gguf 0.5 -c 1", "--lora-scaled a.gguf:0.5 -c 1")]
    [InlineData("--lora-scaled a.gguf:0.5 -c 1", "--lora-scaled a.gguf:0.5 -c 1")]
    [InlineData("-fa --host x", "-fa on --host x")]
    [InlineData("-fa off", "-fa off")]
    [InlineData("-c 1 -fa", "-c 1 -fa on")]
    [InlineData("--no-mmap --mlock", "--load-mode none --load-mode mlock")]
    [InlineData("--draft 8 -ps 0.1", "--spec-draft-n-max 8 --spec-draft-p-split 0.1")]
    [InlineData("--alias --no-mmap", "--alias --no-mmap")]
    [InlineData("--system-prompt-file x --unknown y", "--system-prompt-file x --unknown y")]
    public void Flags_with_the_same_meaning_are_renewed(string arguments, string expected) =>
        Assert.Equal(expected, string.Join(' ', ArgumentRenewal.Renew([.. arguments.Split(' ')])));

    [Theory]
    [InlineData("--port 1 -c 2 --port 3", 3, "-c 2")]
    [InlineData("--alias --port -c 2", null, "--alias --port -c 2")]
    [InlineData("-fa --port 9", 9, "-fa")]
    public void A_server_s_port_is_the_last_that_is_named(string arguments, int? port, string rest)
    {
        var server = new ServerArguments([.. arguments.Split(' ')]);

        Assert.Equal(port, server.Port);
        Assert.Equal(rest, string.Join(' ', server.Without("--port").Values));
    }

    [Fact]
    public void What_is_no_port_is_refused()
    {
        Assert.Throws<UsageException>(() => new ServerArguments(["--port", "70000"]).Port);
        Assert.Throws<UsageException>(() => new ServerArguments(["-c", "1", "--port"]).Without("--port"));
    }

    [Fact]
    public void The_runner_of_ollama_gets_what_it_knows()
    {
        var warnings = new List<string>();

        var arguments = OllamaRunner.Arguments(
            new ServerArguments(["-m", "/m.gguf", "-c", "512", "-ngl", "9", "-fa", "on", "-nkvo", "--metrics", "--temp", "0", "--lora", "/a.gguf"]), warnings.Add);

        Assert.Equal(
            ["runner", "--model", "/m.gguf", "--ctx-size", "512", "--n-gpu-layers", "9", "--flash-attn", "--no-kv-offload", "--lora", "/a.gguf"],
            arguments);
        Assert.Equal(2, warnings.Count);
    }
}
