using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// Converts the models of a family. The base has what all families share; a family overrides the steps in which it is special.
/// One instance converts one checkpoint.
/// </summary>
internal abstract class ModelArchitecture
{
    private readonly List<ExpertStacks> _stacks = [];
    private TensorNameMap? _names;
    private QkvFusion? _qkvFusion;
    private GateUpFusion? _gateUpFusion;

    /// <summary>Creates the converter of a checkpoint.</summary>
    protected ModelArchitecture(GgufArchitecture definition, ArchitectureContext context)
    {
        Definition = definition;
        Context = context;
        LayerCount = Config.RequireInteger("n_layers", "num_hidden_layers", "n_layer", "num_layers");
        Rope = RopeParameters.Of(Config);
    }

    /// <summary>The architecture as llama.cpp knows it.</summary>
    public GgufArchitecture Definition { get; }

    /// <summary>What the tokenizer must be like.</summary>
    public virtual TokenizerRequest Tokenizer => TokenizerRequest.ForGpt2(VocabularySize);

    /// <summary>What is converted.</summary>
    protected ArchitectureContext Context { get; }

    /// <summary>The hyperparameters.</summary>
    protected ModelConfig Config => Context.Config;

    /// <summary>The hyperparameters as the shared keys take them, where they differ from <see cref="Config"/>.</summary>
    protected virtual ModelConfig KeyConfig => Config;

    /// <summary>The number of layers that config.json has.</summary>
    protected long LayerCount { get; }

    /// <summary>The number of layers with those that predict further tokens. It must be known once all names are selected.</summary>
    protected virtual long BlockCount => LayerCount;

    /// <summary>The GGUF names of the checkpoint's tensors.</summary>
    protected TensorNameMap Names => _names ??= new TensorNameMap(Definition.Kinds, BlockCount);

    /// <summary>The parameters of the rotary embedding.</summary>
    protected RopeParameters Rope { get; }

    /// <summary>vocab_size, or null if the configuration has none.</summary>
    protected int? VocabularySize => Config.Find("vocab_size") is { } size
        ? size.Integer is >= 0 and <= int.MaxValue
            ? (int)size.Integer
            : throw new CheckpointException($"Cannot convert: 'vocab_size' of config.json is {size.Integer}.")
        : null;

    /// <summary>The name under which a checkpoint's tensor is taken, or null if it is left out.</summary>
    public virtual string? Select(string name)
    {
        if (MultimodalTensors.IsOne(name))
        {
            return null;
        }

        return SelectAny(name);
    }

    /// <summary>Tensors that no checkpoint has; they come before all others and have their GGUF names.</summary>
    public virtual IEnumerable<NamedTensor> GenerateTensors() => [];

    /// <summary>All names are known now: the last moment to find out which tensors belong together.</summary>
    public virtual void Prepare(IReadOnlyCollection<string> names)
    {
        if (Context.Options.FuseQkv && Definition.Has(TensorKinds.AttnQkv))
        {
            _qkvFusion = new QkvFusion(Names);
            _qkvFusion.Prepare(names);
        }

        _gateUpFusion = Context.Options.FuseGateUpExperts ? new GateUpFusion(Definition) : null;
    }

    /// <summary>
    /// Converts one tensor of the checkpoint, or a generated one. The result may be none yet (it is kept until its companions come) or several.
    /// </summary>
    /// <param name="tensor">The tensor, with the name of <see cref="Select"/>.</param>
    /// <param name="block">The first number in its name, usually the layer.</param>
    /// <exception cref="CheckpointException">The tensor is not one of the architecture's, or does not fit the hyperparameters.</exception>
    public virtual IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => Map(tensor);

    /// <summary>All tensors have been converted.</summary>
    /// <exception cref="CheckpointException">Some that belong together have not all come.</exception>
    public virtual void Complete()
    {
        _qkvFusion?.Complete();
        foreach (var stacks in _stacks)
        {
            stacks.Complete();
        }
    }

    /// <summary>Whether the experts may be in MXFP4, named <c>…_blocks</c> and <c>…_scales</c>.</summary>
    public virtual bool HasMxfp4Experts => false;

    /// <summary>The rows of a weight that is in blocks already, in the order in which <see cref="Convert"/> would have them; also those of its scales.</summary>
    /// <param name="name">The weight's name in the checkpoint.</param>
    /// <param name="rows">Packed codes or scales, row by row.</param>
    public virtual TensorSource TransformRows(string name, TensorSource rows) => rows;

    /// <summary>The GGUF name of a tensor.</summary>
    /// <exception cref="CheckpointException">The name is unknown.</exception>
    public string MapName(string name) => Find(name).Name;

    /// <summary>A type that a tensor must have whatever is asked for, or null. Vectors and norms are float32 all the same.</summary>
    /// <param name="name">The name in the checkpoint.</param>
    /// <param name="ggufName">The GGUF name.</param>
    /// <param name="dimensions">The number of dimensions.</param>
    public virtual TensorType? ForcedType(string name, string ggufName, int dimensions) => null;

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

    /// <summary><see cref="Select"/> for a checkpoint without other modalities.</summary>
    protected static string SelectAny(string name)
    {
        if (name.EndsWith("e_score_correction_bias", StringComparison.Ordinal))
        {
            name = name.Replace("e_score_correction_bias", "e_score_correction.bias", StringComparison.Ordinal);
        }

        return name.Replace("language_model.", "", StringComparison.Ordinal);
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

    /// <summary>Gives a tensor its GGUF name, and joins it with others if that was asked for.</summary>
    /// <exception cref="CheckpointException">The name is unknown.</exception>
    protected IEnumerable<NamedTensor> Map(NamedTensor tensor)
    {
        var (kind, name) = Find(tensor.Name);
        var mapped = tensor with { Name = name };
        return _gateUpFusion?.Take(kind, mapped) ?? _qkvFusion?.Take(kind, mapped) ?? [mapped];
    }

    /// <summary>Maps several tensors.</summary>
    protected IEnumerable<NamedTensor> MapAll(IEnumerable<NamedTensor> tensors) => tensors.SelectMany(Map);

    private (TensorKind Kind, string Name) Find(string name) => Names.Find(name)
        ?? throw new CheckpointException(
            $"Cannot convert the tensor '{name}': the architecture {Context.HuggingFaceName} has none of this name for {BlockCount} layers"
            + " (num_hidden_layers of config.json).");
}
