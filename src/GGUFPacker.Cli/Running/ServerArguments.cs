using System.Collections.Immutable;
using System.Globalization;
using GGUFPacker.Cli.Verifying;

namespace GGUFPacker.Cli.Running;

/// <summary>The arguments of a server, and what they say of where it listens. Immutable.</summary>
/// <param name="Values">The arguments.</param>
internal sealed record ServerArguments(ImmutableArray<string> Values)
{
    /// <summary>The last value of a flag, under any of its names; null if it is not given.</summary>
    public string? Last(string flag)
    {
        var wanted = LlamaServerFlags.Find(flag);
        string? value = null;
        for (var i = 0; i < Values.Length; i++)
        {
            var found = LlamaServerFlags.Find(Values[i]);
            if (found is not null && found == wanted && i + 1 < Values.Length)
            {
                value = Values[i + 1];
            }

            i += found?.CountValues(Values.ElementAtOrDefault(i + 1)) ?? 0;
        }

        return value;
    }

    /// <summary>The port that a flag names last; null if none does.</summary>
    /// <exception cref="UsageException">It is no port.</exception>
    public int? Port => Last("--port") is { } text ? ParsePort(text) : null;

    /// <summary>These arguments without a flag and its value.</summary>
    /// <exception cref="UsageException">The flag lacks its value.</exception>
    public ServerArguments Without(string flag)
    {
        var kept = ImmutableArray.CreateBuilder<string>(Values.Length);
        for (var i = 0; i < Values.Length; i++)
        {
            var found = LlamaServerFlags.Find(Values[i]);
            if (found is not null && found.Names.Contains(flag))
            {
                i++;
                if (i == Values.Length)
                {
                    throw new UsageException($"{flag} needs a value.");
                }

                continue;
            }

            // A value that looks like a flag is a value.
            for (var last = Math.Min(Values.Length - 1, i + (found?.CountValues(Values.ElementAtOrDefault(i + 1)) ?? 0)); i < last; i++)
            {
                kept.Add(Values[i]);
            }

            kept.Add(Values[i]);
        }

        return new ServerArguments(kept.ToImmutable());
    }

    /// <summary>Reads a port.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static int ParsePort(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : throw new UsageException($"--port must be a number from 1 to 65535, not '{text}'.");
}
