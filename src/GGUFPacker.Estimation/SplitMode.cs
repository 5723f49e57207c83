namespace GGUFPacker.Estimation;

/// <summary>How a model is split between several devices (llama.cpp's <c>--split-mode</c>).</summary>
public enum SplitMode
{
    /// <summary>Whole layers and their cache go to a device each.</summary>
    Layer,

    /// <summary>Only the main device is used.</summary>
    None,

    /// <summary>Rows of matrices are split over the devices; all else lies where the layer split puts it.</summary>
    Row,
}
