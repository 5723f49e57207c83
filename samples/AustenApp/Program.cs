using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Policy;

// The reference to Austen.ggufproj puts the model's files beside the app; a model's header says what is in it.
foreach (var path in Directory.EnumerateFiles(AppContext.BaseDirectory, "*.gguf").Order(StringComparer.Ordinal))
{
    using var model = GgufFile.Open(path);
    var parameters = model.Tensors.Sum(tensor => tensor.ElementCount);
    Console.WriteLine(path);
    Console.WriteLine($"  name          {model.Metadata.GetString("general.name")}");
    Console.WriteLine($"  architecture  {model.Metadata.GetString("general.architecture")}");
    Console.WriteLine($"  parameters    {parameters:N0}");
    Console.WriteLine($"  type          {(GgufFileType?)model.Metadata.GetInteger("general.file_type")}");
    Console.WriteLine($"  tensors       {string.Join(", ", model.Tensors.CountBy(tensor => tensor.Type).OrderByDescending(type => type.Value).Select(type => $"{type.Value} {type.Key}"))}");
    Console.WriteLine($"  size          {model.Length:N0} bytes, {8.0 * model.Length / parameters:N2} bits per weight");
}
