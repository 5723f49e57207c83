using System.Runtime.CompilerServices;

namespace GGUFPacker.Gguf.Quantization.Lanes;

/// <summary>
/// Twice the lanes of another width, as two vectors: their chains of dependent additions run side by side, which hides an addition's latency.
/// </summary>
internal readonly unsafe struct LanesPair<T> : ILanes<LanesPair<T>>
    where T : unmanaged, ILanes<T>
{
    private readonly T _low;
    private readonly T _high;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private LanesPair(T low, T high)
    {
        _low = low;
        _high = high;
    }

    /// <inheritdoc/>
    public static int Count => 2 * T.Count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> operator +(LanesPair<T> left, LanesPair<T> right) => new(left._low + right._low, left._high + right._high);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> operator -(LanesPair<T> left, LanesPair<T> right) => new(left._low - right._low, left._high - right._high);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> operator *(LanesPair<T> left, LanesPair<T> right) => new(left._low * right._low, left._high * right._high);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> operator /(LanesPair<T> left, LanesPair<T> right) => new(left._low / right._low, left._high / right._high);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> Create(float value) => new(T.Create(value), T.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> Load(float* source) => new(T.Load(source), T.Load(source + T.Count));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> Multiply(LanesPair<T> left, float* row, int offset) =>
        new(T.Multiply(left._low, row, offset), T.Multiply(left._high, row, offset + T.Count));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> Subtract(LanesPair<T> left, float* row, int offset) =>
        new(T.Subtract(left._low, row, offset), T.Subtract(left._high, row, offset + T.Count));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* row, int offset)
    {
        _low.Store(row, offset);
        _high.Store(row, offset + T.Count);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* destination)
    {
        _low.Store(destination);
        _high.Store(destination + T.Count);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreAsBytes(byte* destination)
    {
        _low.StoreAsBytes(destination);
        _high.StoreAsBytes(destination + T.Count);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> Min(LanesPair<T> left, LanesPair<T> right) => new(T.Min(left._low, right._low), T.Min(left._high, right._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> Max(LanesPair<T> left, LanesPair<T> right) => new(T.Max(left._low, right._low), T.Max(left._high, right._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> Clamp(LanesPair<T> value, float lowest, float highest) =>
        new(T.Clamp(value._low, lowest, highest), T.Clamp(value._high, lowest, highest));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> NotNegative(LanesPair<T> value) => new(T.NotNegative(value._low), T.NotNegative(value._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MinAcross(LanesPair<T> value) => T.MinAcross(T.Min(value._low, value._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxAcross(LanesPair<T> value) => T.MaxAcross(T.Max(value._low, value._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> MaxMagnitude(LanesPair<T> left, LanesPair<T> right) =>
        new(T.MaxMagnitude(left._low, right._low), T.MaxMagnitude(left._high, right._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxMagnitudeAcross(LanesPair<T> value) => T.MaxMagnitudeAcross(T.MaxMagnitude(value._low, value._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> Abs(LanesPair<T> value) => new(T.Abs(value._low), T.Abs(value._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> CopySign(LanesPair<T> magnitude, LanesPair<T> sign) =>
        new(T.CopySign(magnitude._low, sign._low), T.CopySign(magnitude._high, sign._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> Round(LanesPair<T> value) => new(T.Round(value._low), T.Round(value._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> NearestInt(LanesPair<T> value) => new(T.NearestInt(value._low), T.NearestInt(value._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> Truncate(LanesPair<T> value) => new(T.Truncate(value._low), T.Truncate(value._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> Sqrt(LanesPair<T> value) => new(T.Sqrt(value._low), T.Sqrt(value._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> IsLess(LanesPair<T> left, LanesPair<T> right) => new(T.IsLess(left._low, right._low), T.IsLess(left._high, right._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> IsEqual(LanesPair<T> left, LanesPair<T> right) => new(T.IsEqual(left._low, right._low), T.IsEqual(left._high, right._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> Select(LanesPair<T> mask, LanesPair<T> whenSet, LanesPair<T> whenClear) =>
        new(T.Select(mask._low, whenSet._low, whenClear._low), T.Select(mask._high, whenSet._high, whenClear._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> And(LanesPair<T> left, LanesPair<T> right) => new(T.And(left._low, right._low), T.And(left._high, right._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> Or(LanesPair<T> left, LanesPair<T> right) => new(T.Or(left._low, right._low), T.Or(left._high, right._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesPair<T> AndNot(LanesPair<T> left, LanesPair<T> right) => new(T.AndNot(left._low, right._low), T.AndNot(left._high, right._high));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Bits(LanesPair<T> mask) => T.Bits(mask._low) | (T.Bits(mask._high) << T.Count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AllSet(LanesPair<T> mask) => T.AllSet(T.And(mask._low, mask._high));
}
