using System.Diagnostics;
using System.Text;

namespace GGUFPacker.Cli.Tests.Running;

/// <summary>What a POSIX shell makes of a line.</summary>
internal static class ShWords
{
    /// <summary>Splits a line of plain and single-quoted words, the only ones that the tool writes.</summary>
    public static IReadOnlyList<string> Split(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (quoted, begun) = (false, false);
        line += '\n';
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c == '\'')
            {
                (quoted, begun) = (!quoted, true);
            }
            else if (!quoted && c == '\\')
            {
                word.Append(line[++i]);
            }
            else if (!quoted && c is ' ' or '\n')
            {
                if (begun)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    begun = false;
                }
            }
            else
            {
                word.Append(c);
                begun = true;
            }
        }

        Assert.False(quoted, "a quote is open");
        return words;
    }

    /// <summary>The arguments that the machine's own sh passes on to a program.</summary>
    public static async Task<IReadOnlyList<string>> RunAsync(string line)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"printf '%s\\0' {line}"]) { RedirectStandardOutput = true, StandardOutputEncoding = Encoding.UTF8 };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        return output.Split('\0')[..^1];
    }
}
