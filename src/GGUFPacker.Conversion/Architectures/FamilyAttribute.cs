namespace GGUFPacker.Conversion.Architectures;

/// <summary>Registers a family of models: its converter is the class that has this attribute.</summary>
/// <param name="title">The family's name for people, such as <c>Gemma 2</c>.</param>
/// <param name="names">The names that config.json has for it under "architectures", the usual one first.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class FamilyAttribute(string title, params string[] names) : Attribute
{
    /// <summary>The family's name for people.</summary>
    public string Title { get; } = title;

    /// <summary>The names that config.json has for it.</summary>
    public IReadOnlyList<string> Names { get; } = names;

    /// <summary>What its conversion has beyond new names, in a few words for the list of architectures; empty if nothing.</summary>
    public string Special { get; init; } = "";

    /// <summary>The model_type of config.json that makes a checkpoint one of this family whatever its name; null if the name tells.</summary>
    public string? ModelType { get; init; }

    /// <summary>Whether layers that predict further tokens can be left out or converted alone (--no-mtp, --mtp).</summary>
    public bool ExportsTokenPrediction { get; init; }

    /// <summary>Whether other models are often copies of it: among families that fit as well it is named first.</summary>
    public bool IsOftenCopied { get; init; }
}
