namespace GGUFPacker.Cli.Running;

/// <summary>The programs that run models.</summary>
internal static class BinaryKinds
{
    private static readonly (string Name, BinaryKind Kind)[] s_known =
    [
        ("llama-server", BinaryKind.LlamaServer),
        ("llama-box", BinaryKind.LlamaBox),
        ("llama", BinaryKind.Llama),
        ("ollama", BinaryKind.OllamaRunner),
    ];

    /// <summary>Those that serve chats by themselves, in the order in which they are looked for.</summary>
    public static IEnumerable<string> Servers => s_known.Where(known => known.Kind != BinaryKind.OllamaRunner).Select(known => known.Name);

    /// <summary>The kind of a program, by its name; an unknown one takes llama-server's arguments.</summary>
    public static BinaryKind Of(string program)
    {
        var name = Path.GetFileName(program);
        name = name.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) ? name[..^4] : name;
        return s_known.FirstOrDefault(known => known.Name == name).Kind;
    }
}
