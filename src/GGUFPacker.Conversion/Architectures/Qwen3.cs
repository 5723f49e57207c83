using System.Text;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Qwen3, dense: language models, embedding models, and rerankers, whose answer is how much likelier "yes" is than "no".</summary>
[Family("Qwen3", "Qwen3ForCausalLM", "Qwen3Model", "StepVLForConditionalGeneration", Special = "rerankers: rows of yes and no as classifier", IsOftenCopied = true)]
internal class Qwen3 : Qwen2
{
    private const int MaximumCardBytes = 16 << 20;

    /// <summary>The prompt of Qwen3-Reranker, as llama.cpp's converter writes it.</summary>
    private const string RerankTemplate =
        "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct provided."
        + " Note that the answer can only be \"yes\" or \"no\".<|im_end|>\n"
        + "<|im_start|>user\n<Instruct>: Given a web search query, retrieve relevant passages that answer the query\n<Query>: {query}\n"
        + "<Document>: {document}<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n";

    private static readonly GgufArchitecture Gguf = new("qwen3",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown, AttnQNorm, AttnKNorm,
        RopeFreqs,
    ]);

    private readonly (long Yes, long No)? _rerankRows;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Qwen3(ArchitectureContext context)
        : this(Gguf, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected Qwen3(GgufArchitecture definition, ArchitectureContext context)
        : base(definition, context)
    {
        if (IsReranker())
        {
            _rerankRows = (TokenId("yes"), TokenId("no"));
        }
    }

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer =>
        Context.RootName == "InternS1ForConditionalGeneration" ? TokenizerRequest.ForInternS1(VocabularySize) : base.Tokenizer;

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        var isTied = Config["tie_word_embeddings"] is { ValueKind: JsonValueKind.True };
        if (_rerankRows is not { } rows || !tensor.Contains(isTied ? "embed_tokens" : "lm_head"))
        {
            return base.Convert(tensor, block);
        }

        var head = tensor.With(source => Concatenation.Join([source.Sliced(0, rows.Yes, 1), source.Sliced(0, rows.No, 1)])) with { Name = "cls.output.weight" };
        return isTied ? [head, .. base.Convert(tensor, block)] : [head];
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        if (_rerankRows is not null)
        {
            writer.Count("pooling_type", (long)PoolingType.Rank, "pooling_type");
            writer.Texts("classifier.output_labels", ["yes", "no"]);
            writer.GlobalText("tokenizer.chat_template.rerank", RerankTemplate);
            writer.GlobalTexts("tokenizer.chat_templates", ["rerank"]);
        }
    }

    private bool IsReranker()
    {
        const string Name = "qwen3-reranker", VisionName = "qwen3-vl-reranker";
        var card = Context.Files.Exists("README.md") ? Encoding.UTF8.GetString(Context.Files.ReadAllBytes("README.md", MaximumCardBytes)) : "";
        string[] hints = [Context.Files.Name, TextOf("_name_or_path"), TextOf("model_type"), Context.RootName];
        return Has(card, $"# {Name}") || Has(card, $"# {VisionName}") || hints.Any(hint => Has(hint, Name) || Has(hint, VisionName))
            || Has(Context.RootName, "sequenceclassification");

        static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);

        string TextOf(string key) => Config[key] is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";
    }

    private long TokenId(string token) => AutoTokenizer.Load(Context.Files).Added.TryGetId(token, out var id)
        ? id
        : throw new CheckpointException($"Cannot convert: the tokenizer of the reranker has no token '{token}'.");
}
