namespace GGUFPacker.Estimation;

/// <summary>
/// The program whose memory is estimated, with its defaults. An estimate holds for one version of an engine: it allocates by rules that change.
/// </summary>
public sealed record EngineProfile
{
    private EngineProfile(string name, EstimateOptions defaults) => (Name, Defaults) = (name, defaults);

    /// <summary>llama-server as it starts without arguments: four slots that share one cache, outputs for one token of each.</summary>
    public static EngineProfile LlamaServer { get; } = new("llama-server", new EstimateOptions { Sequences = 4, UnifiedCache = true, Outputs = 4 });

    /// <summary>A program that uses libllama with llama_context_default_params: one sequence, outputs for every token of a batch.</summary>
    public static EngineProfile Library { get; } = new("library", new EstimateOptions { ContextSize = 512, FullSlidingWindow = true });

    /// <summary>The program's name.</summary>
    public string Name { get; }

    /// <summary>The release whose rules the estimate follows.</summary>
    public string Version => "llama.cpp v0.5.0";

    /// <summary>What the program does when nothing is said.</summary>
    public EstimateOptions Defaults { get; }
}
