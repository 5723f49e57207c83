using System.Globalization;
using System.Text.Json;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Testing.LlamaCpp;

/// <summary>What <see cref="LlamaServerProgram"/> answers, one question after the other.</summary>
internal sealed class LlamaServing
{
    private readonly Lock _lock = new();
    private readonly Task<LlamaModel?> _loading;
    private readonly int _contextSize;
    private int _questions;

    public LlamaServing(Dictionary<string, string> values)
    {
        _contextSize = int.Parse(values.GetValueOrDefault("-c") ?? values.GetValueOrDefault("--ctx-size", "512"), CultureInfo.InvariantCulture);
        _questions = values.TryGetValue("--stand-in", out var count) ? int.Parse(count, CultureInfo.InvariantCulture) : 0;
        _loading = values.ContainsKey("--stand-in")
            ? Task.FromResult<LlamaModel?>(null)
            : Task.Run(() => Load(values.GetValueOrDefault("-m") ?? values["--model"]));
    }

    /// <summary>Answers <c>/health</c>, and <c>/completion</c> once the model is there.</summary>
    public LoopbackResponse Answer(LoopbackRequest request)
    {
        lock (_lock)
        {
            if (request.Path == "/health")
            {
                return _loading.IsCompletedSuccessfully && _questions-- <= 0
                    ? Json(200, new { status = "ok" })
                    : Json(503, new { error = new { code = 503, message = "Loading model", type = "unavailable_error" } });
            }

            using var body = JsonDocument.Parse(request.ReadBody());
            var model = _loading.GetAwaiter().GetResult()!;
            var prompt = model.Tokenize(body.RootElement.GetProperty("prompt").GetString()!);
            return Json(200, new { content = model.TextOf(model.Continue(prompt, body.RootElement.GetProperty("n_predict").GetInt32(), _contextSize)) });
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

    private static LoopbackResponse Json<T>(int status, T body) =>
        new(status, JsonSerializer.SerializeToUtf8Bytes(body)) { Headers = { ["Content-Type"] = "application/json" } };
}
