using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>A checkpoint's files about its tokenizer, each read once, when it is needed first.</summary>
internal sealed class TokenizerSources(CheckpointFiles files)
{
    private readonly Lazy<TokenizerJson?> _definition =
        new(() => files.Exists(TokenizerJsonReader.FileName) ? TokenizerJsonReader.Read(files) : null, LazyThreadSafetyMode.None);

    private readonly Lazy<JsonElement> _configuration =
        new(() => CheckpointJson.ReadObjectIfPresent(files, "tokenizer_config.json") ?? default, LazyThreadSafetyMode.None);

    private readonly Lazy<JsonElement> _model = new(() => CheckpointJson.ReadObjectIfPresent(files, "config.json") ?? default, LazyThreadSafetyMode.None);

    private readonly ImmutableArray<string>.Builder _notes = ImmutableArray.CreateBuilder<string>();

    private AutoTokenizer? _tokenizer;

    /// <summary>The checkpoint.</summary>
    public CheckpointFiles Files { get; } = files;

    /// <summary>tokenizer.json; null without the file.</summary>
    /// <exception cref="CheckpointException">It is no tokenizer.</exception>
    public TokenizerJson? Definition => _definition.Value;

    /// <summary>tokenizer_config.json; undefined without the file.</summary>
    /// <exception cref="CheckpointException">It is no JSON object.</exception>
    public JsonElement Configuration => _configuration.Value;

    /// <summary>config.json as it is; undefined without the file.</summary>
    /// <exception cref="CheckpointException">It is no JSON object.</exception>
    public JsonElement Model => _model.Value;

    /// <summary>The tokenizer as transformers loads it.</summary>
    /// <exception cref="CheckpointException">There is none that it could load without running code, or a file is not what it must be.</exception>
    public AutoTokenizer Tokenizer => _tokenizer ??= AutoTokenizer.Load(this);

    /// <summary>Whether there is a tokenizer that transformers could load without running code.</summary>
    public bool HasTokenizer => Definition is not null || SlowTokenizerFiles.AreIn(Files);

    /// <summary>tokenizer_config.json's tokenizer_class, without the ending "Fast"; null without one.</summary>
    public string? TokenizerClass => Configuration.Text("tokenizer_class") is { } name && name.EndsWith("Fast", StringComparison.Ordinal)
        ? name[..^4]
        : Configuration.Text("tokenizer_class");

    /// <summary>What is worth telling the user.</summary>
    public ImmutableArray<string> Notes => _notes.ToImmutable();

    /// <summary>Adds something that is worth telling the user.</summary>
    public void Note(string note) => _notes.Add(note);
}
