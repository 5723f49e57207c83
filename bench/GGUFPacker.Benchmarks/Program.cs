using System.Globalization;
using BenchmarkDotNet.Running;
using GGUFPacker.Benchmarks;
using GGUFPacker.Testing.LlamaCpp;

// kernels LIBRARIES ROUNDS TYPE[+imatrix]...            our row kernels and ggml's, in turns
// files LIBRARIES FOLDER LAYERS THREADS ROUNDS TYPE[+imatrix]...  our quantizer and llama.cpp's on a whole file, in turns
// checkpoint SMALL FOLDER LAYERS                       makes a checkpoint, 2 GiB with 22 layers
// anything else                                         BenchmarkDotNet's options
switch (args)
{
    case ["kernels", var libraries, var rounds, .. var types]:
        KernelComparison.Run(new LlamaQuantizer(libraries), types, Number(rounds));
        break;
    case ["files", var libraries, var folder, var layers, var threads, var rounds, .. var types]:
        await FileComparison.RunAsync(new LlamaQuantizer(libraries), folder, types, Number(layers), Number(threads), Number(rounds));
        break;
    case ["checkpoint", var small, var folder, var layers]:
        await SyntheticCheckpoint.WriteAsync(small, folder, Number(layers));
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        break;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
