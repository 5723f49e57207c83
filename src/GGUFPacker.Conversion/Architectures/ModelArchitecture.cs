using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Converts the text models of a family. The base has what all families share; a family overrides the steps in which it is special.</summary>
internal abstract class ModelArchitecture : TensorConverter
{
    /// <summary>More layers than any model has.</summary>
    private const long MaximumLayers = 1 << 16;

    private readonly List<ExpertStacks> _stacks = [];
    private QkvFusion? _qkvFusion;
    private GateUpFusion? _gateUpFusion;

    /// <summary>Creates the converter of a checkpoint.</summary>
    protected ModelArchitecture(GgufArchitecture definition, ArchitectureContext context)
    {
        Definition = definition;
        Context = context;
        LayerCount = Config.RequireInteger("n_layers", "num_hidden_layers", "n_layer", "num_layers");
        if (LayerCount > MaximumLayers)
        {
            throw new CheckpointException($"Cannot convert: {LayerCount} layers (num_hidden_layers of config.json) are not possible.");
        }

        Rope = RopeParameters.Of(Config);
    }

    /// <inheritdoc/>
    public sealed override GgufArchitecture Definition { get; }

    /// <inheritdoc/>
    public sealed override string HuggingFaceName => Context.HuggingFaceName;

    /// <summary>Whether a file with only the layers that predict further tokens gets a name that says so.</summary>
    public virtual bool NamesPrediction => false;

    /// <summary>Whether the file's type is MXFP4 whatever type is asked for. It is known once weights are restored.</summary>
    public virtual bool IsMxfp4File => false;

    /// <summary>The checkpoint that has the tokenizer: its own, but for a drafter that has none.</summary>
    /// <exception cref="CheckpointException">The caller has not given it.</exception>
    public virtual CheckpointFiles TokenizerFiles => Context.Files;

    /// <summary>What the tokenizer must be like.</summary>
    public virtual TokenizerRequest Tokenizer => TokenizerRequest.ForGpt2(VocabularySize);

    /// <summary>What is worth telling the user about the conversion.</summary>
    public virtual IReadOnlyList<string> Notes => [];

    /// <summary>What is converted.</summary>
    protected ArchitectureContext Context { get; }

    /// <summary>The hyperparameters.</summary>
    protected ModelConfig Config => Context.Config;

    /// <summary>The hyperparameters as the shared keys take them, where they differ from <see cref="Config"/>.</summary>
    protected virtual ModelConfig KeyConfig => Config;

    /// <summary>The number of layers that config.json has.</summary>
    protected long LayerCount { get; }

    /// <summary>The number of layers with those that predict further tokens. It must be known once all names are selected.</summary>
    protected override long BlockCount => LayerCount;

    /// <summary>The parameters of the rotary embedding.</summary>
    protected RopeParameters Rope { get; }

    /// <summary>vocab_size, or null if the configuration has none.</summary>
    protected int? VocabularySize => Config.Find("vocab_size") is { } size
        ? size.Integer is >= 0 and <= int.MaxValue
            ? (int)size.Integer
            : throw new CheckpointException($"Cannot convert: 'vocab_size' of config.json is {size.Integer}.")
        : null;

    /// <inheritdoc/>
    public override string? Select(string name) => MultimodalTensors.IsOne(name) ? null : SelectAny(name);

    /// <inheritdoc/>
    public override void Prepare(IReadOnlyCollection<string> names)
    {
        if (Context.Options.FuseQkv && Definition.Has(TensorKinds.AttnQkv))
        {
            _qkvFusion = new QkvFusion(Names);
            _qkvFusion.Prepare(names);
        }

        _gateUpFusion = Context.Options.FuseGateUpExperts ? new GateUpFusion(Definition) : null;
    }

    /// <inheritdoc/>
    public override void Complete()
    {
        _qkvFusion?.Complete();
        foreach (var stacks in _stacks)
        {
            stacks.Complete();
        }
    }

    /// <summary>Writes the keys that llama.cpp's converter sets while it prepares tensors: they come right after general.architecture.</summary>
    public virtual void WriteEarlyParameters(ParameterWriter writer)
    {
    }

    /// <summary>Writes the keys of the hyperparameters; general.file_type comes after those that all families share.</summary>
    public virtual void WriteParameters(ParameterWriter writer)
    {
        CommonParameters.Write(writer, KeyConfig, Rope, BlockCount);
        writer.FileType();
    }

    /// <summary>Stacks of experts; that they are complete is checked in the end.</summary>
    /// <param name="pattern">The name of a matrix, with <c>{bid}</c>, <c>{xid}</c> and <c>{part}</c> for layer, expert and part.</param>
    /// <param name="parts">The matrices of an expert, in the order in which their stacks come.</param>
    protected ExpertStacks Stacks(string pattern, params string[] parts) => Checked(new ExpertStacks(pattern, parts));

    /// <summary>Has stacks of experts checked in the end.</summary>
    protected ExpertStacks Checked(ExpertStacks stacks)
    {
        _stacks.Add(stacks);
        return stacks;
    }

    /// <inheritdoc/>
    protected override IEnumerable<NamedTensor> Map(NamedTensor tensor)
    {
        var (kind, name) = Find(tensor.Name);
        var mapped = tensor with { Name = name };
        return _gateUpFusion?.Take(kind, mapped) ?? _qkvFusion?.Take(kind, mapped) ?? [mapped];
    }
}
