using System.Collections.Immutable;
using GGUFPacker.Cli.Verifying;

namespace GGUFPacker.Cli.Running;

/// <summary>
/// llama-server's arguments as <c>ollama runner</c> takes them (the flags of runner/llamarunner in ollama's source): the same long names where it has them. It
/// listens on loopback alone and knows no chat.
/// </summary>
internal static class OllamaRunner
{
    // llama-server's flag, the runner's, and whether a value follows it.
    private static readonly Dictionary<string, (string Name, bool HasValue)> s_flags = new(StringComparer.Ordinal)
    {
        ["--model"] = ("--model", true),
        ["--mmproj"] = ("--mmproj", true),
        ["--lora"] = ("--lora", true),
        ["--ctx-size"] = ("--ctx-size", true),
        ["--batch-size"] = ("--batch-size", true),
        ["--parallel"] = ("--parallel", true),
        ["--gpu-layers"] = ("--n-gpu-layers", true),
        ["--main-gpu"] = ("--main-gpu", true),
        ["--tensor-split"] = ("--tensor-split", true),
        ["--threads"] = ("--threads", true),
        ["--port"] = ("--port", true),
        ["--cache-type-k"] = ("--kv-cache-type", true),
        ["--verbose"] = ("--verbose", false),
        ["--no-mmap"] = ("--no-mmap", false),
        ["--mlock"] = ("--mlock", false),
    };

    /// <summary>Translates arguments.</summary>
    /// <param name="arguments">llama-server's.</param>
    /// <param name="warn">Takes what the runner cannot do.</param>
    public static ImmutableArray<string> Arguments(ServerArguments arguments, Action<string> warn)
    {
        var result = ImmutableArray.CreateBuilder<string>();
        result.Add("runner");
        for (var i = 0; i < arguments.Values.Length; i++)
        {
            var name = arguments.Values[i];
            var flag = LlamaServerFlags.Find(name);
            var values = arguments.Values.AsSpan(
                i + 1, Math.Min(flag?.CountValues(arguments.Values.ElementAtOrDefault(i + 1)) ?? 0, arguments.Values.Length - i - 1));
            i += values.Length;
            switch (flag?.Names.FirstOrDefault(s_flags.ContainsKey))
            {
                case { } known when s_flags[known] is var (runnerName, hasValue) && values.Length == (hasValue ? 1 : 0):
                    result.Add(runnerName);
                    result.AddRange(values);
                    break;
                case null when flag?.Names.Contains("--flash-attn") is true:
                    if (values is [] or ["on" or "1" or "true" or "enabled"])
                    {
                        result.Add("--flash-attn");
                    }

                    break;
                case null when name is "-nkvo" or "--no-kv-offload":
                    result.Add("--no-kv-offload");
                    break;
                default:
                    warn($"ollama runner does not know {name}; it is left out.");
                    break;
            }
        }

        return result.ToImmutable();
    }
}
