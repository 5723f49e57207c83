namespace GGUFPacker.Estimation;

/// <summary>Puts the weights whose names match a pattern on one device (llama.cpp's <c>--override-tensor</c>).</summary>
/// <param name="Pattern">An ECMAScript regular expression that is searched for in the name.</param>
/// <param name="Device">The device's place among the estimate's devices; null is the host.</param>
public sealed record TensorOverride(string Pattern, int? Device);
