using System.Reflection;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>A family of models that can be converted.</summary>
/// <param name="family">How it is registered.</param>
/// <param name="constructor">Creates its converter.</param>
internal sealed class ArchitectureFamily(FamilyAttribute family, ConstructorInfo constructor)
{
    /// <summary>The family's name for people.</summary>
    public string Title => family.Title;

    /// <summary>The names that config.json has for it, the usual one first.</summary>
    public IReadOnlyList<string> Names => family.Names;

    /// <summary>What its conversion has beyond new names; empty if nothing.</summary>
    public string Special => family.Special;

    /// <summary>Creates the converter of a checkpoint.</summary>
    /// <exception cref="CheckpointException">The configuration lacks something, or the family has no layers that an option is about.</exception>
    public ModelArchitecture Create(ArchitectureContext context)
    {
        if (context.Options.TokenPrediction != TokenPrediction.Included && !family.ExportsTokenPrediction)
        {
            throw new CheckpointException($"--mtp and --no-mtp are not possible for {context.HuggingFaceName}: it has no layers that predict further tokens.");
        }

        return (ModelArchitecture)constructor.Invoke(BindingFlags.DoNotWrapExceptions, binder: null, [context], culture: null);
    }
}
