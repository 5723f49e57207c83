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
    private readonly QkvFusion? _fusion;

    /// <summary>Creates the converter of a checkpoint.</summary>
    protected ModelArchitecture(GgufArchitecture definition, ArchitectureContext context)
    {
        Definition = definition;
        Context = context;
        BlockCount = Config.RequireInteger("n_layers", "num_hidden_layers", "n_layer", "num_layers");
        Names = new TensorNameMap(definition.Kinds, BlockCount);
        Rope = RopeParameters.Of(Config);
        _fusion = context.Options.FuseQkv && definition.Has(TensorKinds.AttnQkv) ? new QkvFusion(Names) : null;
    }

    /// <summary>The architecture as llama.cpp knows it.</summary>
    public GgufArchitecture Definition { get; }

    /// <summary>What the tokenizer must be like.</summary>
    public abstract TokenizerRequest Tokenizer { get; }

    /// <summary>What is converted.</summary>
    protected ArchitectureContext Context { get; }

    /// <summary>The hyperparameters.</summary>
    protected ModelConfig Config => Context.Config;

    /// <summary>The number of layers.</summary>
    protected long BlockCount { get; }

    /// <summary>The GGUF names of the checkpoint's tensors.</summary>
    protected TensorNameMap Names { get; }

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

        if (name.EndsWith("e_score_correction_bias", StringComparison.Ordinal))
        {
            name = name.Replace("e_score_correction_bias", "e_score_correction.bias", StringComparison.Ordinal);
        }

        return name.Replace("language_model.", "", StringComparison.Ordinal);
    }

    /// <summary>Tensors that no checkpoint has; they come before all others.</summary>
    public virtual IEnumerable<NamedTensor> GenerateTensors() => [];

    /// <summary>All names are known now: the last moment to find out which tensors belong together.</summary>
    public void Prepare(IReadOnlyCollection<string> names) => _fusion?.Prepare(names);

    /// <summary>
    /// Converts one tensor of the checkpoint, or a generated one. The result may be none yet (it is kept until its companions come) or several.
    /// </summary>
    /// <param name="tensor">The tensor, with the name of <see cref="Select"/>.</param>
    /// <param name="block">The first number in its name, usually the layer.</param>
    /// <exception cref="CheckpointException">The tensor is not one of the architecture's, or does not fit the hyperparameters.</exception>
    public virtual IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => Map(tensor);

    /// <summary>All tensors have been converted.</summary>
    /// <exception cref="CheckpointException">Some that belong together have not all come.</exception>
    public virtual void Complete() => _fusion?.Complete();

    /// <summary>Whether the experts may be in MXFP4, named <c>…_blocks</c> and <c>…_scales</c>.</summary>
    public virtual bool HasMxfp4Experts => false;

    /// <summary>The rows of a weight that is in blocks already, in the order in which <see cref="Convert"/> would have them; also those of its scales.</summary>
    /// <param name="name">The weight's name in the checkpoint.</param>
    /// <param name="rows">Packed codes or scales, row by row.</param>
    public virtual TensorSource TransformRows(string name, TensorSource rows) => rows;

    /// <summary>The GGUF name of a tensor.</summary>
    /// <exception cref="CheckpointException">The name is unknown.</exception>
    public string MapName(string name) => Find(name).Name;

    /// <summary>A type that a tensor must have whatever is asked for, or null.</summary>
    public virtual TensorType? ForcedType(string name, string ggufName, int dimensions) => null;

    /// <summary>Writes the keys of the hyperparameters.</summary>
    /// <param name="writer">Takes the keys.</param>
    /// <param name="writeFileType">Writes general.file_type, which comes after the keys that all families share.</param>
    public virtual void WriteParameters(ParameterWriter writer, Action writeFileType)
    {
        CommonParameters.Write(writer, Config, Rope, BlockCount);
        writeFileType();
    }

    /// <summary>Gives a tensor its GGUF name, and joins it with others if that was asked for.</summary>
    /// <exception cref="CheckpointException">The name is unknown.</exception>
    protected IEnumerable<NamedTensor> Map(NamedTensor tensor)
    {
        var (kind, name) = Find(tensor.Name);
        if (Context.Options.FuseGateUpExperts && (kind == TensorKinds.FfnGateExps || kind == TensorKinds.FfnUpExps))
        {
            throw new CheckpointException(
                $"Cannot join the experts' gates and ways up (--fuse-gate-up-exps): llama.cpp's architecture {Definition.Name} has no tensor for it.");
        }

        var mapped = tensor with { Name = name };
        return _fusion is null ? [mapped] : _fusion.Take(kind, mapped);
    }

    /// <summary>Applies a transform to a tensor, so that a shape that does not fit names it.</summary>
    /// <exception cref="CheckpointException">The transform refuses the tensor.</exception>
    protected static NamedTensor Transform(NamedTensor tensor, Func<TensorSource, TensorSource> transform)
    {
        try
        {
            return tensor with { Source = transform(tensor.Source) };
        }
        catch (ArgumentException exception)
        {
            throw new CheckpointException($"Cannot convert the tensor '{tensor.Name}': {exception.Message}", exception);
        }
    }

    private (TensorKind Kind, string Name) Find(string name) => Names.Find(name)
        ?? throw new CheckpointException(
            $"Cannot convert the tensor '{name}': the architecture {Context.HuggingFaceName} has none of this name for {BlockCount} layers"
            + " (num_hidden_layers of config.json).");
}
