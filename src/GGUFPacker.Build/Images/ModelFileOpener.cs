using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Build.Images;

/// <summary>Opens a GGUF file of the image that is being built.</summary>
/// <param name="path">The absolute path in the image.</param>
/// <param name="inBase">Whether the base image describes a file of this path. Then null may be returned: the file is the base's own, and its
/// description is taken over without the file being read.</param>
/// <returns>The file, which the caller disposes.</returns>
public delegate GgufFile? ModelFileOpener(string path, bool inBase);
