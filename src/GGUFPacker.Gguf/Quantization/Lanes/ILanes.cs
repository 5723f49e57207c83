using System.Numerics;

namespace GGUFPacker.Gguf.Quantization.Lanes;

/// <summary>
/// Independent float32 numbers side by side, one to a lane: the vector kernels are written once over this and compiled for each width.
/// Every operation rounds each lane on its own exactly as the scalar operation does; nothing is fused.
/// Masks are lanes whose bits are all set or all clear. Pointers need no alignment.
/// Methods that work on lanes ask for full optimization at once: in the first tier each operation is a call, and a short run would end before
/// the runtime has replaced it.
/// </summary>
internal unsafe interface ILanes<TSelf> :
    IAdditionOperators<TSelf, TSelf, TSelf>,
    ISubtractionOperators<TSelf, TSelf, TSelf>,
    IMultiplyOperators<TSelf, TSelf, TSelf>,
    IDivisionOperators<TSelf, TSelf, TSelf>
    where TSelf : unmanaged, ILanes<TSelf>
{
    /// <summary>The number of lanes.</summary>
    static abstract int Count { get; }

    /// <summary>The same number in all lanes.</summary>
    static abstract TSelf Create(float value);

    /// <summary>Loads <see cref="Count"/> numbers.</summary>
    static abstract TSelf Load(float* source);

    /// <summary>
    /// The products with <see cref="Count"/> numbers that lie <paramref name="offset"/> floats behind <paramref name="row"/>. With load and address in the
    /// operation, the compiler makes one instruction of all three.
    /// </summary>
    static abstract TSelf Multiply(TSelf left, float* row, int offset);

    /// <summary>The differences to <see cref="Count"/> numbers in a row, as <see cref="Multiply"/>.</summary>
    static abstract TSelf Subtract(TSelf left, float* row, int offset);

    /// <summary>Stores <see cref="Count"/> numbers in a row, as <see cref="Multiply"/> loads them.</summary>
    void Store(float* row, int offset);

    /// <summary>Stores <see cref="Count"/> numbers.</summary>
    void Store(float* destination);

    /// <summary>Stores <see cref="Count"/> numbers as bytes, without their fraction; all are in [-128, 256).</summary>
    void StoreAsBytes(byte* destination);

    /// <summary>The lesser of two; which one if they are zeros of different sign or one is NaN is left open.</summary>
    static abstract TSelf Min(TSelf left, TSelf right);

    /// <summary>The greater of two; which one if they are zeros of different sign or one is NaN is left open.</summary>
    static abstract TSelf Max(TSelf left, TSelf right);

    /// <summary>The numbers cut to a range; a zero at its border may have either sign.</summary>
    static abstract TSelf Clamp(TSelf value, float lowest, float highest);

    /// <summary>The numbers, or zero, of either sign, where they are negative.</summary>
    static abstract TSelf NotNegative(TSelf value);

    /// <summary>The least of all lanes, under the conditions of <see cref="Min"/>.</summary>
    static abstract float MinAcross(TSelf value);

    /// <summary>The greatest of all lanes, under the conditions of <see cref="Max"/>.</summary>
    static abstract float MaxAcross(TSelf value);

    /// <summary>The magnitude with the greater bits: NaN is above infinity. Both are magnitudes, as of <see cref="Abs"/>.</summary>
    static abstract TSelf MaxMagnitude(TSelf left, TSelf right);

    /// <summary>The greatest of all lanes' magnitudes, by their bits: NaN is above infinity. All are magnitudes, as of <see cref="Abs"/>.</summary>
    static abstract float MaxMagnitudeAcross(TSelf value);

    /// <summary>The magnitudes.</summary>
    static abstract TSelf Abs(TSelf value);

    /// <summary>The magnitude of the first with the sign of the second.</summary>
    static abstract TSelf CopySign(TSelf magnitude, TSelf sign);

    /// <summary>The nearest integers, ties to even.</summary>
    static abstract TSelf Round(TSelf value);

    /// <summary>
    /// What <see cref="Arithmetic.NearestInt"/> gives, as a float, whatever the number, which may be NaN. The low mantissa bits m of value + bias are put
    /// under the exponent of 2^23 and 2^23 + 2^22 taken away: m - 2^22, which is exact.
    /// </summary>
    static abstract TSelf NearestInt(TSelf value);

    /// <summary>The numbers without their fraction.</summary>
    static abstract TSelf Truncate(TSelf value);

    /// <summary>The square roots.</summary>
    static abstract TSelf Sqrt(TSelf value);

    /// <summary>Mask of the lanes in which left is less than right; clear for NaN.</summary>
    static abstract TSelf IsLess(TSelf left, TSelf right);

    /// <summary>Mask of the lanes that are equal; clear for NaN.</summary>
    static abstract TSelf IsEqual(TSelf left, TSelf right);

    /// <summary>Lanes of <paramref name="whenSet"/> where the mask is set, else of <paramref name="whenClear"/>.</summary>
    static abstract TSelf Select(TSelf mask, TSelf whenSet, TSelf whenClear);

    /// <summary>Both masks.</summary>
    static abstract TSelf And(TSelf left, TSelf right);

    /// <summary>Either mask.</summary>
    static abstract TSelf Or(TSelf left, TSelf right);

    /// <summary>The first mask without the second.</summary>
    static abstract TSelf AndNot(TSelf left, TSelf right);

    /// <summary>The mask with a bit for each lane, the first lane lowest.</summary>
    static abstract uint Bits(TSelf mask);

    /// <summary>Whether the mask is set in all lanes.</summary>
    static abstract bool AllSet(TSelf mask);
}
