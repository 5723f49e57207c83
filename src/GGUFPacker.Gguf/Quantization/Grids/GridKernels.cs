namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>The kernels of the IQ2 and IQ3 types.</summary>
internal static class GridKernels
{
    /// <summary>IQ2_XXS.</summary>
    public static GridKernel IQ2_XXS { get; } = new(
        new()
        {
            Grid = Grid.Iq2Xxs,
            SubBlockLength = 32,
            Targets = GridScheme.Around(5, 6, 0.1f),
            Epsilon = 1e-15f,
            HasEvenSigns = true,
            FitsFirst = true,
            RefinesAll = true,
            VarianceFactor = 1,
            ScaleFactor = 1,
        },
        new IQ2_XXSLayout(),
        ImportanceUse.Required);

    /// <summary>IQ2_XS.</summary>
    public static GridKernel IQ2_XS { get; } = new(
        new()
        {
            Grid = Grid.Iq2Xs,
            SubBlockLength = 16,
            Targets = GridScheme.Around(5, 9, 0.1f),
            Epsilon = 1e-15f,
            HasEvenSigns = true,
            VarianceFactor = 1,
            ScaleFactor = 1,
        },
        new IQ2_XSLayout(),
        ImportanceUse.Required);

    /// <summary>IQ2_S.</summary>
    public static GridKernel IQ2_S { get; } = new(
        new()
        {
            Grid = Grid.Iq2S,
            SubBlockLength = 16,
            Targets = GridScheme.Around(5, 9, 0.1f),
            Epsilon = 1e-8f,
            HasEvenSigns = false,
            VarianceFactor = 2,
            VariancePart = 0.25f,
            ScaleFactor = 0.9875f,
            KeepsEmptyBlocks = true,
        },
        new IQ2_SLayout(),
        ImportanceUse.Optional);

    /// <summary>IQ3_XXS.</summary>
    public static GridKernel IQ3_XXS { get; } = new(
        new()
        {
            Grid = Grid.Iq3Xxs,
            SubBlockLength = 32,
            Targets = GridScheme.Around(15, 15, 0.2f),
            Epsilon = 1e-8f,
            HasEvenSigns = true,
            VarianceFactor = 2,
            ScaleFactor = 1.0125f,
        },
        new IQ3_XXSLayout(),
        ImportanceUse.Optional);

    /// <summary>IQ3_S.</summary>
    public static GridKernel IQ3_S { get; } = new(
        new()
        {
            Grid = Grid.Iq3S,
            SubBlockLength = 32,
            Targets = GridScheme.Around(15, 9, 0.2f),
            Epsilon = 0,
            HasEvenSigns = false,
            RefinesAll = true,
            StartsBesideGrid = true,
            VarianceFactor = 2,
            ScaleFactor = 1.033f,
            KeepsEmptyBlocks = true,
        },
        new IQ3_SLayout(),
        ImportanceUse.Optional);
}
