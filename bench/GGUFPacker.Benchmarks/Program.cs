using GGUFPacker.Benchmarks;
using GGUFPacker.Gguf.Tensors;

KernelComparison.Run(args[0], args.Skip(2).Select(Enum.Parse<TensorType>), int.Parse(args[1]));
