using Xunit;

namespace GGUFPacker.Testing.LlamaCpp;

/// <summary>
/// The other end of <see cref="LlamaTrials"/>: reads a line per trial (a model's path and, after a tab, an adapter's) and answers each with a line,
/// empty if the model loaded and ran. The library ends its process where an assertion of its own fails, so this is a process of its own.
/// </summary>
internal static class LlamaTrialProgram
{
    private static int Main(string[] arguments)
    {
        if (arguments.Length > 0)
        {
            return LlamaServerProgram.Run(arguments);
        }

        if (!LlamaLibrary.IsLoaded)
        {
            Console.Error.WriteLine($"{LlamaFolder.Variable} does not name a folder with llama.cpp's libraries.");
            return 1;
        }

        while (Console.In.ReadLine() is { } line)
        {
            var paths = line.Split('\t');
            Console.Out.WriteLine(Try(paths[0], paths.ElementAtOrDefault(1)));
            Console.Out.Flush();
        }

        return 0;
    }

    private static string Try(string modelPath, string? adapterPath)
    {
        try
        {
            using var model = LlamaModel.Load(modelPath);
            var values = LlamaEvaluation.Run(model);
            if (adapterPath is not null)
            {
                var adapter = LlamaLibrary.LoadAdapter(model.Handle, adapterPath);
                Assert.True(adapter != 0, $"llama.cpp cannot load the adapter: {LlamaLibrary.TakeErrors()}");
                Assert.False(LlamaEvaluation.Run(model, adapter).SequenceEqual(values), "The adapter changes nothing.");
            }

            return "";
        }
        catch (Exception exception)
        {
            return exception.Message.ReplaceLineEndings(" | ");
        }
    }
}
