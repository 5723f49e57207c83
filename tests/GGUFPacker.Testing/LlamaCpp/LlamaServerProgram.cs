using System.Globalization;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Testing.LlamaCpp;

/// <summary>
/// A small llama-server over the real libraries: loads the model, answers GET /health as llama-server does and POST /completion with the likeliest tokens.
/// With <c>--stand-in N</c> it loads nothing and is ready after N questions for its health. It refuses flags that it does not know, as llama-server does.
/// </summary>
public static class LlamaServerProgram
{
    /// <summary>The program's path, for tests of projects that have this one's output beside theirs.</summary>
    public static string ProgramPath { get; } = Path.Combine(
        AppContext.BaseDirectory, typeof(LlamaServerProgram).Assembly.GetName().Name + (OperatingSystem.IsWindows() ? ".exe" : ""));

    internal static int Run(string[] arguments)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (arguments[i] is not ("-m" or "--model" or "-c" or "--ctx-size" or "-ngl" or "--alias" or "--host" or "--port" or "--stand-in" or "--fail") || i + 1 == arguments.Length)
            {
                Console.Error.WriteLine($"error: invalid argument: {arguments[i]}");
                return 1;
            }

            values[arguments[i]] = arguments[i + 1];
        }

        Console.Out.WriteLine($"process {Environment.ProcessId} variable {Environment.GetEnvironmentVariable("GGUFPACKER_STAND_IN")}");
        if (values.TryGetValue("--fail", out var code))
        {
            return int.Parse(code, CultureInfo.InvariantCulture);
        }

        var serving = new LlamaServing(values);
        using var server = new LoopbackServer(serving.Answer, int.Parse(values.GetValueOrDefault("--port", "8080"), CultureInfo.InvariantCulture));
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }
}
