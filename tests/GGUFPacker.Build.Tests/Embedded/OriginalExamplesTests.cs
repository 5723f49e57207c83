using GGUFPacker.Build.Engine;

namespace GGUFPacker.Build.Tests.Embedded;

/// <summary>The original's README, example by example. Where it fetches something, a stage or a context stands in; its models are tiny ones here.</summary>
public sealed class OriginalExamplesTests : IDisposable
{
    private const string ChatTemplate =
        """{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}""";

    private readonly BuildHarness _build = new();

    public OriginalExamplesTests() => _build.AddModel("Qwen2-0.5B-Instruct.F16.gguf");

    public void Dispose() => _build.Dispose();

    [Theory]
    [InlineData(null, "Q5_K_M")]
    [InlineData("Q4_K_M", "Q4_K_M")]
    public async Task Quick_start(string? given, string type)
    {
        var image = (await _build.BuildAsync(
            $$$"""
            # syntax=gpustack/gguf-packer:latest

            ARG        BASE=scratch
            ARG        QUANTIZE_TYPE=Q5_K_M
            ARG        CHAT_TEMPLATE="{{{ChatTemplate}}}"

            FROM       scratch AS f16
            ADD        Qwen2-0.5B-Instruct.F16.gguf  Qwen2-0.5B-Instruct.F16.gguf

            FROM       ${BASE}
            LABEL      gguf.model.from="Hugging Face"
            QUANTIZE   --from=f16 --type=${QUANTIZE_TYPE}  Qwen2-0.5B-Instruct.F16.gguf  Qwen2-0.5B-Instruct.${QUANTIZE_TYPE}.gguf
            CAT        <<EOF system-prompt.txt
            You are an AI assistant that follows instruction extremely well. Help as much as you can.
            In answering questions, follow these steps:
            1. Entity Identification: Identify the main entities involved in the query.
            EOF
            CMD        ["-m", "Qwen2-0.5B-Instruct.${QUANTIZE_TYPE}.gguf", "-c", "8192", "--system-prompt-file", "system-prompt.txt", "--chat-template", "${CHAT_TEMPLATE}"]
            """,
            request => given is null ? request : request with { BuildArguments = request.BuildArguments.Add("QUANTIZE_TYPE", given) })).Images[0];

        Assert.Equal([$"/Qwen2-0.5B-Instruct.{type}.gguf", "/system-prompt.txt"], image.Files.Select(file => file.Path));
        Assert.StartsWith("You are an AI assistant", BuildHarness.Text(image, "/system-prompt.txt"), StringComparison.Ordinal);
        var config = _build.Config(image);
        Assert.Equal(
            ["-m", $"Qwen2-0.5B-Instruct.{type}.gguf", "-c", "8192", "--system-prompt-file", "system-prompt.txt", "--chat-template", ChatTemplate], config.Command.Arguments);
        Assert.Equal("Hugging Face", config.Labels["gguf.model.from"]);
        Assert.Equal(type, config.Labels["gguf.model.filetype"]);
    }

    [Fact]
    public async Task Refer_model()
    {
        await _build.BuildAsync(
            "FROM scratch\nCOPY Qwen2-0.5B-Instruct.F16.gguf /m.gguf\nCMD [\"-m\", \"m.gguf\"]\n",
            request => request with { Targets = [new BuildTarget { References = ["localhost:5000/repo/qwen2:0.5b-instruct-q5-k-m-demo2"] }] });

        var image = (await _build.BuildAsync(
            "ARG  REPO=\"\"\nFROM ${REPO}/qwen2:0.5b-instruct-q5-k-m-demo2\nCMD [\"-m\", \"m.gguf\", \"-c\", \"8192\"]\n",
            request => request with { BuildArguments = request.BuildArguments.Add("REPO", "localhost:5000/repo") })).Images[0];

        Assert.Equal(["/m.gguf"], image.Files.Select(file => file.Path));
        Assert.Equal(["-m", "m.gguf", "-c", "8192"], _build.Config(image).Command.Arguments);
    }

    [Fact]
    public async Task Arg()
    {
        _build.Context.Write("Qwen2-0.5B-Instruct.Q5_K_M.gguf", "");
        Assert.Equal(["/app/Qwen2-0.5B-Instruct.Q5_K_M.gguf"], await _build.FilesAsync(
            "FROM scratch\nARG REPO=QuantFactory\nARG MODEL=Qwen2-0.5B-Instruct\nARG QUANTIZE_TYPE=Q5_K_M\n\nADD ${MODEL}.${QUANTIZE_TYPE}.gguf /app/${MODEL}.${QUANTIZE_TYPE}.gguf\n"));
    }

    [Theory]
    [InlineData("ADD --chown=1000:1000 --chmod=644 a.txt /d/", "755 1000:1000 d/", "644 1000:1000 d/a.txt")]
    [InlineData("ADD --link=true a.txt /d/", "755 0:0 d/", "644 0:0 d/a.txt")]
    [InlineData("ADD --exclude=*.md docs /d/", "755 0:0 d/", "644 0:0 d/b.txt")]
    [InlineData("COPY --parents=true docs/b.txt /d/", "755 0:0 d/", "755 0:0 d/docs/", "644 0:0 d/docs/b.txt")]
    [InlineData("COPY --chown=5:6 --chmod=600 a.txt /d/", "755 5:6 d/", "600 5:6 d/a.txt")]
    [InlineData("COPY --link a.txt /d/", "755 0:0 d/", "644 0:0 d/a.txt")]
    [InlineData("COPY --exclude=*.md docs /d/", "755 0:0 d/", "644 0:0 d/b.txt")]
    public async Task Options_of_add_and_copy(string instruction, params string[] entries)
    {
        _build.Context.Write("a.txt", "");
        _build.Context.Write("docs/b.txt", "");
        _build.Context.Write("docs/c.md", "");
        Assert.Equal(entries, Assert.Single(_build.Layers((await _build.BuildAsync($"FROM scratch\n{instruction}\n")).Images[0])));
    }

    [Fact]
    public async Task Cat()
    {
        var image = (await _build.BuildAsync("FROM scratch\nCAT <<EOF /app/system-prompt.txt\nYou are an AI assistant.\n1. Entity Identification: ...\nEOF\n")).Images[0];
        Assert.Equal("You are an AI assistant.\n1. Entity Identification: ...\n", BuildHarness.Text(image, "/app/system-prompt.txt"));
    }

    [Fact]
    public async Task Cmd()
    {
        var image = (await _build.BuildAsync(
            $$$"""
            ARG CHAT_TEMPLATE="{{{ChatTemplate}}}"
            FROM scratch
            COPY Qwen2-0.5B-Instruct.F16.gguf /app/Qwen2-0.5B-Instruct.Q5_K_M.gguf
            CMD ["-m", "/app/Qwen2-0.5B-Instruct.Q5_K_M.gguf", "-c", "8192", "--system-prompt-file", "/app/system-prompt.txt", "--chat-template", "${CHAT_TEMPLATE}"]
            """)).Images[0];
        Assert.Equal(ChatTemplate, _build.Config(image).Command.Arguments[^1]);
    }

    [Fact]
    public async Task Copy() => Assert.Equal(["/app/Qwen2-0.5B-Instruct.F16.gguf", "/app/copy.gguf"], await _build.FilesAsync(
        "FROM scratch AS original\nCOPY Qwen2-0.5B-Instruct.F16.gguf /app/\nFROM scratch\nCOPY Qwen2-0.5B-Instruct.F16.gguf /app/\nCOPY --from=original /app/Qwen2-0.5B-Instruct.F16.gguf /app/copy.gguf\n"));

    [Fact]
    public async Task Label()
    {
        var image = (await _build.BuildAsync(
            """
            FROM scratch
            COPY Qwen2-0.5B-Instruct.F16.gguf /m.gguf
            LABEL org.opencontainers.image.title="Qwen2-0.5B-Instruct" \
                  org.opencontainers.image.description="Qwen2 0.5B Instruct model" \
                  org.opencontainers.image.url="https://huggingface.co/Qwen/Qwen2-0.5B-Instruct" \
                  gguf.model.usage="chat"
            CMD ["-m", "m.gguf"]
            """)).Images[0];
        var labels = _build.Config(image).Labels;
        Assert.Equal("Qwen2 0.5B Instruct model", labels["org.opencontainers.image.description"]);
        Assert.Equal("chat", labels["gguf.model.usage"]);
        Assert.Equal("llama", labels["gguf.model.architecture"]);
        Assert.All(["parameters", "bpw", "filetype", "vendor"], name => Assert.True(labels.ContainsKey("gguf.model." + name), name));
    }

    [Theory]
    [InlineData("QUANTIZE --type=Q5_K_M /app/m.F16.gguf /app/q.gguf")]
    [InlineData("QUANTIZE --from=other-stage --type=Q5_K_M /app/m.F16.gguf /app/q.gguf")]
    [InlineData("QUANTIZE --from=context --type=Q5_K_M /Qwen2-0.5B-Instruct.F16.gguf /app/q.gguf")]
    [InlineData("QUANTIZE /app/m.F16.gguf /app/q.gguf")]
    [InlineData("QUANTIZE --pure --type=Q8_0 /app/m.F16.gguf /app/q.gguf")]
    [InlineData("QUANTIZE --leave-output-tensor --type=Q8_0 /app/m.F16.gguf /app/q.gguf")]
    [InlineData("QUANTIZE --output-tensor-type=Q8_0 --token-embedding-type=F16 --type=Q4_0 /app/m.F16.gguf /app/q.gguf")]
    public async Task Quantize(string instruction) => Assert.Contains("/app/q.gguf", await _build.FilesAsync(
        $"FROM scratch AS other-stage\nCOPY Qwen2-0.5B-Instruct.F16.gguf /app/m.F16.gguf\nFROM other-stage\n{instruction}\nCMD [\"-m\", \"app/q.gguf\"]\n"));
}
