using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.QuantizedSources;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// Turns a checkpoint's tensors into those of llama.cpp: which are taken, under which names, after which transforms, in which types.
/// One instance converts one checkpoint.
/// </summary>
internal abstract class TensorConverter
{
    private TensorNameMap? _names;

    /// <summary>The architecture as llama.cpp knows it.</summary>
    public abstract GgufArchitecture Definition { get; }

    /// <summary>The class that config.json names.</summary>
    public abstract string HuggingFaceName { get; }

    /// <summary>Whether the experts may be in MXFP4, named <c>…_blocks</c> and <c>…_scales</c>.</summary>
    public virtual bool HasMxfp4Experts => false;

    /// <summary>The number of layers that names may have.</summary>
    protected abstract long BlockCount { get; }

    /// <summary>The GGUF names of the checkpoint's tensors.</summary>
    protected TensorNameMap Names => _names ??= new TensorNameMap(Definition.Kinds, BlockCount);

    /// <summary>The name under which a checkpoint's tensor is taken, or null if it is left out.</summary>
    public abstract string? Select(string name);

    /// <summary>Tensors that no checkpoint has; they come before all others.</summary>
    public virtual IEnumerable<NamedTensor> GenerateTensors() => [];

    /// <summary>All names are known now: the last moment to find out which tensors belong together.</summary>
    public virtual void Prepare(IReadOnlyCollection<string> names)
    {
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
    }

    /// <summary>Restores quantized weights in the family's own way, where it has one.</summary>
    /// <param name="weights">All tensors; those that are in blocks already are taken out.</param>
    /// <param name="quantization">What the checkpoint says about its weights.</param>
    /// <returns>The tensors of blocks, with their GGUF names; null for the usual way.</returns>
    /// <exception cref="CheckpointException">Tensors are missing or do not fit together.</exception>
    public virtual IReadOnlyList<NamedTensor>? RestoreOwn(WeightSet weights, QuantizationConfig quantization) => null;

    /// <summary>Tensors that come behind all others, with the names and the encoding of the file.</summary>
    /// <exception cref="CheckpointException">One that must be there is missing.</exception>
    public virtual IEnumerable<NamedTensor> AppendedTensors() => [];

    /// <summary>
    /// The rows of a weight that is in blocks already, in the order in which <see cref="Convert"/> would have them; also those of its scales.
    /// </summary>
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

    /// <summary>Whether a tensor gets the type that is asked for whatever its kind.</summary>
    /// <param name="ggufName">The GGUF name.</param>
    public virtual bool IsAlwaysOfOutType(string ggufName) => false;

    /// <summary><see cref="Select"/> for a checkpoint without other modalities.</summary>
    protected static string SelectAny(string name)
    {
        if (name.EndsWith("e_score_correction_bias", StringComparison.Ordinal))
        {
            name = name.Replace("e_score_correction_bias", "e_score_correction.bias", StringComparison.Ordinal);
        }

        return name.Replace("language_model.", "", StringComparison.Ordinal);
    }

    /// <summary>Gives a tensor its GGUF name, and joins it with others if that was asked for.</summary>
    /// <exception cref="CheckpointException">The name is unknown.</exception>
    protected virtual IEnumerable<NamedTensor> Map(NamedTensor tensor) => [tensor with { Name = MapName(tensor.Name) }];

    /// <summary>Maps several tensors.</summary>
    protected IEnumerable<NamedTensor> MapAll(IEnumerable<NamedTensor> tensors) => tensors.SelectMany(Map);

    /// <summary>The kind and GGUF name of a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="suffixes">The ends that names may have; .weight and .bias if null.</param>
    /// <exception cref="CheckpointException">The name is unknown.</exception>
    protected (TensorKind Kind, string Name) Find(string name, IEnumerable<string>? suffixes = null) =>
        (suffixes is null ? Names.Find(name) : Names.Find(name, suffixes))
        ?? throw new CheckpointException(
            $"Cannot convert the tensor '{name}': the architecture {HuggingFaceName} has none of this name for {BlockCount} layers"
            + " (num_hidden_layers of config.json).");
}
