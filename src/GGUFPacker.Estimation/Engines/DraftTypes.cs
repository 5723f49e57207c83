using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Estimation.Engines;

/// <summary>The ways of drafting for which llama.cpp v0.5.0 takes a draft model, as <c>--spec-type</c> names them (common/speculative.cpp).</summary>
public static class DraftTypes
{
    /// <summary>A model of its own, with the same tokens.</summary>
    public const string Simple = "draft-simple";

    /// <summary>EAGLE-3: one layer over states of the target.</summary>
    public const string Eagle3 = "draft-eagle3";

    /// <summary>Layers that predict further tokens.</summary>
    public const string Prediction = "draft-mtp";

    /// <summary>DFlash: several tokens at once.</summary>
    public const string DFlash = "draft-dflash";

    /// <summary>DSpark: DFlash with a Markov head.</summary>
    public const string DSpark = "draft-dspark";

    /// <summary>What a draft model is made for.</summary>
    public static string Of(ModelHeader drafter)
    {
        ArgumentNullException.ThrowIfNull(drafter);
        return drafter.Metadata.GetString("general.architecture") switch
        {
            "eagle3" => Eagle3,
            "gemma4-assistant" => Prediction,
            _ => Infer(drafter) ?? Simple,
        };
    }

    /// <summary>What llama.cpp takes a draft model for if the arguments do not say (common_speculative_types_from_gguf); null if it then does not draft.</summary>
    public static string? Infer(ModelHeader drafter)
    {
        ArgumentNullException.ThrowIfNull(drafter);
        var architecture = drafter.Metadata.GetString("general.architecture");
        if (architecture == "dflash")
        {
            return drafter.Tensors.Any(tensor => tensor.Name == "markov_w1.weight") ? DSpark : DFlash;
        }

        return drafter.Metadata.GetInteger($"{architecture}.block_count") is >= 1 and var blocks
            && drafter.Tensors.Any(tensor => tensor.Name == $"blk.{blocks - 1}.nextn.eh_proj.weight")
            ? Prediction
            : null;
    }
}
