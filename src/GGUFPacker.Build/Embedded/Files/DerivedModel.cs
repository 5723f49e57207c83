using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Build.Embedded.Files;

/// <summary>A model that is made of files when it is needed.</summary>
/// <param name="DescribeAsync">What identifies it: everything it is made of.</param>
/// <param name="OpenAsync">Opens it; the caller disposes it.</param>
/// <param name="CheckUnchanged">Makes sure that the user's files it is made of are as the build saw them first.</param>
internal sealed record DerivedModel(
    Func<CancellationToken, ValueTask<string>> DescribeAsync,
    Func<CancellationToken, ValueTask<IGgufModel>> OpenAsync,
    Action CheckUnchanged);
