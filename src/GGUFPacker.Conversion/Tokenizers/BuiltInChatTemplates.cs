using System.Text;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>The chat templates that llama.cpp's converter writes for tokenizers without one (ChatTemplates beside this file).</summary>
internal static class BuiltInChatTemplates
{
    /// <summary>For Mistral's tokenizers of version v11.</summary>
    public const string MistralV11 = "Mistral-Small-3.2-24B-Instruct-2506.jinja";

    /// <summary>For Mistral's tokenizers of version v13.</summary>
    public const string MistralV13 = "unsloth-mistral-Devstral-Small-2507.jinja";

    /// <summary>For RWKV's World vocabulary.</summary>
    public const string RwkvWorld = "llama-cpp-rwkv-world.jinja";

    /// <summary>For MiniMax-Text-01 and MiniMax-M1.</summary>
    public const string MiniMaxM1 = "MiniMax-M1.jinja";

    /// <summary>For Kimi K3.</summary>
    public const string KimiK3 = "Kimi-K3.jinja";

    /// <summary>For DeepSeek V4.</summary>
    public const string DeepseekV4 = "deepseek-ai-DeepSeek-V4.jinja";

    /// <summary>For DeepSeek V4 Flash of July 31st.</summary>
    public const string DeepseekV4Flash = "deepseek-ai-DeepSeek-V4-Flash-0731.jinja";

    /// <summary>
    /// The template by which a Qwen3 reranker judges a document. Its architecture writes it among its hyperparameters, under the name "rerank".
    /// </summary>
    public const string Qwen3Rerank =
        "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct provided. "
        + "Note that the answer can only be \"yes\" or \"no\".<|im_end|>\n"
        + "<|im_start|>user\n<Instruct>: Given a web search query, retrieve relevant passages that answer the query\n<Query>: {query}\n<Document>: {document}<|im_end|>\n"
        + "<|im_start|>assistant\n<think>\n\n</think>\n\n";

    /// <summary>The text of a template.</summary>
    public static string Read(string name)
    {
        using var stream = typeof(BuiltInChatTemplates).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly lacks the chat template {name}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
