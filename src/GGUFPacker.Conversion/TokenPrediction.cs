namespace GGUFPacker.Conversion;

/// <summary>What becomes of the layers that predict further tokens (multi-token prediction), where a model has some.</summary>
public enum TokenPrediction
{
    /// <summary>They are converted with the model.</summary>
    Included,

    /// <summary>They are left out (--no-mtp).</summary>
    Excluded,

    /// <summary>They alone are converted, for drafts (--mtp).</summary>
    Only,
}
