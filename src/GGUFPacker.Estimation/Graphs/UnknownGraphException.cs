namespace GGUFPacker.Estimation.Graphs;

/// <summary>A model that is not shaped as its architecture's template expects: it lacks a tensor, or a cache. The closed form then has to do.</summary>
internal sealed class UnknownGraphException(string message) : Exception(message);
