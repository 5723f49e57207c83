using System.Collections.Immutable;
using System.Reflection;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>A family of models that can be converted.</summary>
/// <param name="family">How it is registered.</param>
/// <param name="type">Its converter.</param>
internal sealed class ArchitectureFamily(FamilyAttribute family, Type type)
{
    private readonly ConstructorInfo _constructor = type.GetConstructor([typeof(ArchitectureContext)])
        ?? throw new InvalidOperationException($"The family {family.Title} has no constructor that takes a context.");

    /// <summary>The family's name for people.</summary>
    public string Title => family.Title;

    /// <summary>The names that config.json has for it, the usual one first.</summary>
    public IReadOnlyList<string> Names => family.Names;

    /// <summary>The model_type of config.json that makes a checkpoint one of it whatever its name; null if the name tells.</summary>
    public string? ModelType => family.ModelType;

    /// <summary>Whether other models are often copies of it.</summary>
    public bool IsOftenCopied => family.IsOftenCopied;

    /// <summary>What its conversion has beyond new names; empty if nothing.</summary>
    public string Special => family.Special;

    /// <summary>Whether layers that predict further tokens can be left out or converted alone.</summary>
    public bool ExportsTokenPrediction => family.ExportsTokenPrediction;

    /// <summary>llama.cpp's names for it: those of the definitions in its class, or in the class that it takes after.</summary>
    public ImmutableArray<string> GgufArchitectures
    {
        get
        {
            for (var current = type; current is not null; current = current.BaseType)
            {
                var definitions = current.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)
                    .Select(definition => definition.GetValue(null))
                    .OfType<GgufArchitecture>()
                    .Select(definition => definition.Name)
                    .ToImmutableArray();
                if (!definitions.IsEmpty)
                {
                    return definitions;
                }
            }

            return [];
        }
    }

    /// <summary>Creates the converter of a checkpoint.</summary>
    /// <exception cref="CheckpointException">The configuration lacks something, or the family has no layers that an option is about.</exception>
    public ModelArchitecture Create(ArchitectureContext context)
    {
        if (context.Options.TokenPrediction != TokenPrediction.Included && !family.ExportsTokenPrediction)
        {
            throw new CheckpointException($"--mtp and --no-mtp are not possible for {context.HuggingFaceName}: it has no layers that predict further tokens.");
        }

        return (ModelArchitecture)_constructor.Invoke(BindingFlags.DoNotWrapExceptions, binder: null, [context], culture: null);
    }
}
