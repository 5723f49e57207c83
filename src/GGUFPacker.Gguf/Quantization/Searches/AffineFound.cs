namespace GGUFPacker.Gguf.Quantization.Searches;

/// <summary>What affine searches found: rows of one number for each run.</summary>
internal readonly unsafe struct AffineFound(float* memory, int runs)
{
    private readonly float* _first = memory;

    /// <summary>The scales.</summary>
    public float* Scales => _first;

    /// <summary>The minima with their sign changed.</summary>
    public float* Minima => _first + runs;

    /// <summary>The inverse scales by which the codes are (x - minimum) * inverse, rounded and cut to their range.</summary>
    public float* Inverses => _first + (2 * runs);

    /// <summary>The minima in that.</summary>
    public float* CodeMinima => _first + (3 * runs);

    /// <summary>The sums of the weights.</summary>
    public float* Weights => _first + (4 * runs);

    /// <summary>The floats that the rows of so many runs take.</summary>
    public static int Floats(int runs) => 5 * runs;

    /// <summary>The rows from a run on.</summary>
    public AffineFound From(int run) => new(_first + run, runs);
}
