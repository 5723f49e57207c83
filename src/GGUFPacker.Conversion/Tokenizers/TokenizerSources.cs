using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers.Detection;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>A checkpoint's files about its tokenizer, each read once, when it is needed first. Safe to use from several threads.</summary>
internal sealed class TokenizerSources
{
    private readonly Lazy<TokenizerJson?> _definition;
    private readonly Lazy<JsonElement> _configuration;
    private readonly Lazy<JsonElement> _model;
    private readonly Lazy<AutoTokenizer> _tokenizer;
    private readonly Lazy<PreTokenizerDetection> _detection;
    private readonly List<string> _notes = [];

    /// <summary>Finds the files; none is read yet.</summary>
    public TokenizerSources(CheckpointFiles files)
    {
        Files = files;
        _definition = new(() => files.Exists(TokenizerJsonReader.FileName) ? TokenizerJsonReader.Read(files) : null);
        _configuration = new(() => CheckpointJson.ReadObjectIfPresent(files, "tokenizer_config.json") ?? default);
        _model = new(() => CheckpointJson.ReadObjectIfPresent(files, "config.json") ?? default);
        _tokenizer = new(() => AutoTokenizer.Load(this));
        _detection = new(() => PreTokenizerDetector.Detect(Tokenizer, Model));
    }

    /// <summary>The checkpoint.</summary>
    public CheckpointFiles Files { get; }

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
    public AutoTokenizer Tokenizer => _tokenizer.Value;

    /// <summary>How the pre-tokenizer of <see cref="Tokenizer"/> is called.</summary>
    /// <exception cref="CheckpointException">No name fits, or several that behave differently.</exception>
    public PreTokenizerDetection PreTokenizer => _detection.Value;

    /// <summary>Whether there is a tokenizer that transformers could load without running code.</summary>
    public bool HasTokenizer => Definition is not null || SlowTokenizerFiles.AreIn(Files);

    /// <summary>tokenizer_config.json's tokenizer_class, without the ending "Fast"; null without one.</summary>
    public string? TokenizerClass => Configuration.Text("tokenizer_class") is { } name && name.EndsWith("Fast", StringComparison.Ordinal)
        ? name[..^4]
        : Configuration.Text("tokenizer_class");

    /// <summary>What is worth telling the user.</summary>
    public ImmutableArray<string> Notes
    {
        get
        {
            lock (_notes)
            {
                return [.. _notes];
            }
        }
    }

    /// <summary>Adds something that is worth telling the user.</summary>
    public void Note(string note)
    {
        lock (_notes)
        {
            _notes.Add(note);
        }
    }

    /// <summary>
    /// Does ahead, on a thread of its own, what a byte-level BPE most likely asks for: of all that a conversion does before it writes, this takes the longest.
    /// What fails here fails again for whoever asks for it.
    /// </summary>
    /// <param name="withPreTokenizer">Whether its pre-tokenizer is looked for, too.</param>
    public Task ReadAheadAsync(bool withPreTokenizer) => Files.Exists("tokenizer.model") || !Files.Exists(TokenizerJsonReader.FileName)
        ? Task.CompletedTask
        : Task.Run(() =>
        {
            try
            {
                if (withPreTokenizer && PreTokenizerDetector.IsByteLevel(Tokenizer.Definition))
                {
                    _ = PreTokenizer;
                }
            }
            catch (CheckpointException)
            {
                // Another kind of vocabulary may be wanted, which does not ask for this.
            }
        });
}
