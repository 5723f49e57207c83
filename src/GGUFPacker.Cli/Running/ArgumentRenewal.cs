using System.Collections.Immutable;
using GGUFPacker.Cli.Verifying;
using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Cli.Running;

/// <summary>
/// Arguments of images that were made for earlier versions of llama-server, as the current one takes them: only those whose meaning stays the same. The rest is
/// left for a warning.
/// </summary>
internal static class ArgumentRenewal
{
    private static readonly Dictionary<string, string[]> s_renamed = new(StringComparer.Ordinal)
    {
        ["--no-mmap"] = ["--load-mode", "none"],
        ["--mmap"] = ["--load-mode", "mmap"],
        ["--mlock"] = ["--load-mode", "mlock"],
        ["--direct-io"] = ["--load-mode", "dio"],
        ["--p-split"] = ["--spec-draft-p-split"],
        ["--draft"] = ["--spec-draft-n-max"],
        ["--draft-min"] = ["--spec-draft-n-min"],
        ["--sequences"] = ["--parallel"],
        ["--slots-endpoint-disable"] = ["--no-slots"],
        ["--memory-f32"] = ["--cache-type-k", "f32", "--cache-type-v", "f32"],
    };

    /// <summary>Renews arguments.</summary>
    public static ImmutableArray<string> Renew(ImmutableArray<string> arguments)
    {
        var result = ImmutableArray.CreateBuilder<string>(arguments.Length);
        for (var i = 0; i < arguments.Length; i++)
        {
            var flag = LlamaServerFlags.Find(arguments[i]);
            var next = arguments.ElementAtOrDefault(i + 1);
            if (flag?.Names.FirstOrDefault(s_renamed.ContainsKey) is { } old && flag.Status == FlagStatus.Gone)
            {
                result.AddRange(s_renamed[old]);
            }
            else
            {
                result.Add(arguments[i]);
            }

            if (flag is null)
            {
                continue;
            }

            if (FlagCheck.IsOldScale(flag, next, arguments.ElementAtOrDefault(i + 2)))
            {
                result.Add(CommandFileList.Write($"{next}:{arguments[i + 2]}"));
                i += 2;
                continue;
            }

            if (flag.CountValues(next) == 0 && flag.Names.Contains("--flash-attn"))
            {
                result.Add("on");
            }

            for (var left = flag.CountValues(next); left > 0 && i + 1 < arguments.Length; left--)
            {
                result.Add(arguments[++i]);
            }
        }

        return result.ToImmutable();
    }
}
