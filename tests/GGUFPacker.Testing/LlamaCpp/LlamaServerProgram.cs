using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

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

        var host = values.GetValueOrDefault("--host") is { } given and not "0.0.0.0" ? given : "127.0.0.1";
        using var listener = new HttpListener();
        listener.Prefixes.Add($"http://{host}:{values.GetValueOrDefault("--port", "8080")}/");
        listener.Start();
        Serve(listener, values);
        return 0;
    }

    private static void Serve(HttpListener listener, Dictionary<string, string> values)
    {
        var questions = values.TryGetValue("--stand-in", out var count) ? int.Parse(count, CultureInfo.InvariantCulture) : 0;
        var contextSize = int.Parse(values.GetValueOrDefault("-c") ?? values.GetValueOrDefault("--ctx-size", "512"), CultureInfo.InvariantCulture);
        var loading = values.ContainsKey("--stand-in")
            ? Task.FromResult<LlamaModel?>(null)
            : Task.Run(() => Load(values.GetValueOrDefault("-m") ?? values["--model"]));
        while (true)
        {
            var call = listener.GetContext();
            if (call.Request.Url!.AbsolutePath == "/health")
            {
                var isReady = loading.IsCompletedSuccessfully && questions-- <= 0;
                Answer(call, isReady ? 200 : 503, isReady ? "{\"status\":\"ok\"}" : "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}");
            }
            else
            {
                using var request = JsonDocument.Parse(call.Request.InputStream);
                var model = loading.GetAwaiter().GetResult()!;
                var prompt = model.Tokenize(request.RootElement.GetProperty("prompt").GetString()!);
                var text = model.TextOf(model.Continue(prompt, request.RootElement.GetProperty("n_predict").GetInt32(), contextSize));
                Answer(call, 200, JsonSerializer.Serialize(new { content = text }));
            }
        }
    }

    private static LlamaModel? Load(string path)
    {
        try
        {
            return LlamaLibrary.IsLoaded ? LlamaModel.Load(path) : throw new InvalidOperationException($"{LlamaFolder.Variable} does not name a folder with llama.cpp's libraries.");
        }
        catch (Exception error)
        {
            // As llama-server: no model, no server.
            Console.Error.WriteLine(error.Message);
            Environment.Exit(1);
            throw;
        }
    }

    private static void Answer(HttpListenerContext call, int status, string body)
    {
        call.Response.StatusCode = status;
        call.Response.ContentType = "application/json";
        call.Response.Close(Encoding.UTF8.GetBytes(body), willBlock: true);
    }
}
