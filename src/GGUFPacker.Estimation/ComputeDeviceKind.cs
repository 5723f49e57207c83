namespace GGUFPacker.Estimation;

/// <summary>What runs a part of a model: the kinds of device that llama.cpp's backends tell apart in how they allocate.</summary>
public enum ComputeDeviceKind
{
    /// <summary>The host's processors and memory. Always there; name it only to say how much memory it has.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU, or an AMD or Moore Threads one: their backends are builds of the CUDA backend.</summary>
    Cuda,

    /// <summary>Apple's GPU: unified memory, buffers of the host's pages.</summary>
    Metal,

    /// <summary>A GPU behind Vulkan.</summary>
    Vulkan,

    /// <summary>An Intel GPU behind SYCL.</summary>
    Sycl,

    /// <summary>A device of another machine, behind llama.cpp's rpc-server.</summary>
    Rpc,
}
