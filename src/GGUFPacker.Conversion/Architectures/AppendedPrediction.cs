using System.Globalization;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// Layers that predict further tokens and lie behind the model's own in the checkpoint (<c>model.layers.N</c>). They can be left out, or be taken alone
/// with what they share with the model.
/// </summary>
/// <param name="prediction">Which layers are wanted.</param>
/// <param name="layerCount">The model's own layers.</param>
internal sealed class AppendedPrediction(TokenPrediction prediction, long layerCount)
{
    private const string Prefix = "model.layers.";

    /// <summary>What the layers share with the model: the embeddings, the last norm and the output.</summary>
    public IReadOnlyCollection<string> Shared { get; init; } = ["model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"];

    /// <summary>The name under which a tensor is taken, or null if it is left out.</summary>
    public string? Select(string name) => prediction switch
    {
        TokenPrediction.Excluded when IsBehind(name) => null,
        TokenPrediction.Only when !IsBehind(name) && !Shared.Contains(name) => null,
        _ => name,
    };

    /// <summary>Whether a tensor belongs to a layer behind the model's own.</summary>
    public bool IsBehind(string name)
    {
        if (!name.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var end = name.IndexOf('.', Prefix.Length);
        return end > 0 && long.TryParse(name.AsSpan(Prefix.Length, end - Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var layer)
            && layer >= layerCount;
    }
}
