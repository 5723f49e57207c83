namespace GGUFPacker.Estimation.Graphs.Layers;

/// <summary>What latent attention works on when the decompressing matrix is applied to the queries.</summary>
/// <param name="Query">Queries in the space of the latent vectors, and their rotated part.</param>
/// <param name="Key">The latent vectors, and the rotated part that all heads share.</param>
/// <param name="Latent">The latent vectors, which are the values too.</param>
internal sealed record LatentParts(GraphTensor Query, GraphTensor Key, GraphTensor Latent);
