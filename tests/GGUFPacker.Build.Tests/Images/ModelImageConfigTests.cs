using System.Collections.Immutable;
using System.Text;
using GGUFPacker.Build.Images;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.Content;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Images;

public sealed class ModelImageConfigTests
{
    private static readonly DateTimeOffset Then = new(2024, 5, 6, 7, 8, 9, TimeSpan.Zero);
    private static readonly DateTimeOffset Later = Then.AddDays(1);
    private static readonly Digest Layer = Digest.Of("layer"u8);

    [Fact]
    public void Adapters_of_a_base_image_are_listed_once_under_its_own_command()
    {
        var lora = Create(Options(["-m", "tiny-llama.F16.gguf", "--lora", "tiny-lora-a.gguf"]));

        var child = Create(Options(null) with { Base = ImageConfig.Parse(lora.ToBytes()), BaseName = "lora:1", Created = Later });

        Assert.Single(child.Adapters);
        Assert.Equal(lora.Size, child.Size);
        Assert.Equal(lora.Command.Arguments, child.Command.Arguments);
        Assert.Equal("tiny-lora-a.gguf", child.Adapters[0].CommandValue);
        Assert.Equal([Layer, Layer], child.Image.DiffIds);
    }

    [Fact]
    public void A_new_command_leaves_nothing_of_the_bases_model_but_what_was_set_by_hand()
    {
        var set = Labels(("gguf.model.usage", "image-to-text"), ("maintainer", "me"));
        var vision = Create(Options(["-m", "tiny-llama.Q8_0.gguf", "--mmproj", "tiny-mmproj.F16.gguf"]) with { Labels = set });

        var rebased = Create(Options(["-m", "tiny-nometa.F32.gguf"]) with
        {
            Base = ImageConfig.Parse(vision.ToBytes()),
            BaseName = "vision:1",
            BaseDigest = Layer,
            Created = Later,
        });

        Assert.Null(rebased.Projector);
        Assert.Equal(
            [
                "gguf.model.architecture=llama", "gguf.model.bpw=32.00 bpw", "gguf.model.filetype=F32", "gguf.model.parameters=10.34 K",
                "gguf.model.usage=image-to-text", "gguf.model.vendor=gguf-packer", "maintainer=me",
                $"org.opencontainers.image.base.digest={Layer}", "org.opencontainers.image.base.name=vision:1",
                "org.opencontainers.image.created=2024-05-07T07:08:09Z", "org.opencontainers.image.vendor=gguf-packer",
            ],
            rebased.Labels.Select(label => $"{label.Key}={label.Value}"));
    }

    [Fact]
    public void A_file_that_the_base_describes_need_not_be_read_again()
    {
        var first = Create(Options(["-m", "tiny-llama.F16.gguf"]));
        var asked = new List<string>();

        var options = Options(["-c", "512", "-m", "/tiny-llama.F16.gguf"]) with { Base = ImageConfig.Parse(first.ToBytes()) };
        var second = ModelImageConfig.Create(options, (path, inBase) =>
        {
            asked.Add($"{path} {inBase}");
            return null;
        });

        Assert.Equal(["/tiny-llama.F16.gguf True"], asked);
        Assert.Equal(first.Model!.Gguf.GetRawText(), second.Model!.Gguf.GetRawText());
        Assert.Equal(("/tiny-llama.F16.gguf", 3), (second.Model.CommandValue, second.Model.CommandIndex));
        Assert.Equal(first.Labels["gguf.model.bpw"], second.Labels["gguf.model.bpw"]);
    }

    [Fact]
    public void A_set_label_wins_over_every_other()
    {
        var set = Labels(("gguf.model.name", "Mine"), ("org.opencontainers.image.created", "long ago"), ("gguf.model.vendor", "me"));
        var config = Create(Options(["-m", "tiny-llama.F16.gguf"]) with { Labels = set });

        Assert.All(set, label => Assert.Equal(label.Value, config.Labels[label.Key]));
        Assert.Equal("Tiny Llama", config.Labels["org.opencontainers.image.title"]);
        Assert.Equal("gguf-packer", config.Labels["org.opencontainers.image.vendor"]);
    }

    [Fact]
    public void An_image_of_another_kind_is_a_base_without_a_model()
    {
        var container =
            """{"architecture":"amd64","os":"linux","config":{"Cmd":["bash"],"Env":["A=b"],"Labels":{"a":"b"}},"rootfs":{"type":"layers","diff_ids":[]}}"""u8.ToArray();

        var config = Create(Options(null) with { Base = ImageConfig.Parse(container) });

        Assert.Null(config.Model);
        Assert.Equal("b", config.Labels["a"]);
        Assert.Contains("\"config\":{\"Cmd\":[\"bash\"],\"Labels\":{", Encoding.UTF8.GetString(config.ToBytes()), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_is_escaped_as_Go_escapes_it()
    {
        var config = Create(Options(["-m", "tiny-llama.F16.gguf", "--chat-template", "<|a|> & \u2028\t\u0001 äöü \U0001F999"]));

        var json = Encoding.UTF8.GetString(config.ToBytes());
        Assert.Contains(@"""\u003c|a|\u003e \u0026 \u2028\t\u0001 äöü " + "\U0001F999\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_platforms_differ_in_their_names_only()
    {
        var arm = Encoding.UTF8.GetString(Create(Options(["-m", "tiny-llama.F16.gguf"]) with { Platform = new Platform("linux", "arm", "v7") }).ToBytes());

        Assert.StartsWith("{\"architecture\":\"arm\",\"config\":{\"Size\":49472,", arm, StringComparison.Ordinal);
        Assert.EndsWith($"\"os\":\"linux\",\"rootfs\":{{\"type\":\"layers\",\"diff_ids\":[\"{Layer}\"]}},\"variant\":\"v7\"}}", arm, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Model":{}}""")]
    [InlineData("""{"Model":[]}""")]
    [InlineData("""{"Model":{"GGUF":{},"Parameters":"many"}}""")]
    [InlineData("""{"Model":{"GGUF":{},"FileType":1e99}}""")]
    [InlineData("""{"Size":"large"}""")]
    [InlineData("""{"Size":-1.5}""")]
    [InlineData("""{"Adapters":{}}""")]
    [InlineData("""{"Cmd":[1]}""")]
    [InlineData("""{"Labels":["a"]}""")]
    [InlineData("""{"Labels":{"a":1}}""")]
    public void A_config_that_describes_its_model_wrongly_is_refused(string config)
    {
        var json = Encoding.UTF8.GetBytes($$"""{"architecture":"amd64","os":"linux","config":{{config}},"rootfs":{"type":"layers","diff_ids":[]} }""");
        Assert.Throws<ContentException>(() => ModelImageConfig.Parse(json));
    }

    [Theory]
    [InlineData("""{"Model":{"GGUF":{"header":7,"tensorInfos":{},"size":"x"}}}""")]
    [InlineData("""{"Model":{"GGUF":{"header":{"metadataKV":[1,{"key":1},{"key":"general.file_type","value":"x"}]},"tensorInfos":[1,{"name":1,"type":-1}]}}}""")]
    public void A_header_of_another_form_has_no_facts(string config)
    {
        var json = Encoding.UTF8.GetBytes($$"""{"architecture":"amd64","os":"linux","config":{{config}},"rootfs":{"type":"layers","diff_ids":[]} }""");
        var model = ModelImageConfig.Parse(json).Model!;
        Assert.Equal(0, model.Size);
        Assert.Equal("Unknown", model.FileTypeName);
        Assert.Null(model.Text("general.name"));
    }

    private static ModelImageConfig Create(ModelImageOptions options) =>
        ModelImageConfig.Create(options, (path, _) => GgufFile.Open(Goldens.InRepository("packer", "gguf", path[1..])));

    private static ModelImageOptions Options(ImmutableArray<string>? command) => new()
    {
        Platform = new Platform("linux", "amd64"),
        Created = Then,
        Command = command is { } arguments ? new ModelCommand(arguments) : null,
        DiffIds = [Layer],
    };

    private static ImmutableDictionary<string, string> Labels(params ReadOnlySpan<(string Key, string Value)> labels)
    {
        var builder = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var (key, value) in labels)
        {
            builder.Add(key, value);
        }

        return builder.ToImmutable();
    }
}
