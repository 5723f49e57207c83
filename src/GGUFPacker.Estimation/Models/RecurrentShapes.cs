namespace GGUFPacker.Estimation.Models;

/// <summary>Which layers are recurrent, and what their states are made of.</summary>
internal static class RecurrentShapes
{
    public static void Apply(ModelShape shape, HeaderKeys keys)
    {
        ReadStates(shape, keys);
        switch (shape.Architecture)
        {
            case "jamba" or "granitehybrid" or "lfm2" or "lfm2moe" or "plamo2" or "kimi-linear" or "kimi-k3" or "bailingmoe3":
                MarkTrunk(shape, layer => shape.KeyValueHeads[layer] == 0);
                break;
            case "nemotron_h" or "nemotron_h_moe":
                MarkTrunk(shape, layer => shape.KeyValueHeads[layer] == 0 && shape.FeedForward[layer] == 0);
                break;
            case "falcon-h1":
                Array.Fill(shape.RecurrentLayers, true);
                break;
            case "qwen3next" or "qwen35" or "qwen35moe" or "qwen4exp":
                MarkByInterval(shape, keys, 4);
                break;
            case "minimax-01":
                MarkByInterval(shape, keys, 8);
                shape.LinearHeadLength = shape.FullKeyLength;

                // Its loader reads none of the keys of convolutions.
                shape.ConvolutionKernel = 0;
                break;
        }
    }

    private static void ReadStates(ModelShape shape, HeaderKeys keys)
    {
        shape.ConvolutionKernel = keys.Get("ssm.conv_kernel");
        shape.InnerLength = keys.Get("ssm.inner_size");
        shape.StateLength = keys.Get("ssm.state_size");
        shape.TimeStepRank = keys.Get("ssm.time_step_rank");
        shape.StateGroups = shape.Architecture is "mamba" or "jamba" ? 0 : keys.Get("ssm.group_count");
        shape.WkvHeadLength = keys.Get("wkv.head_size");
        shape.TokenShifts = keys.Get("token_shift_count", 2);
        shape.ShortConvolutionLength = keys.Get("shortconv.l_cache");
        shape.DeltaHeadLength = keys.Get("kda.head_dim");
    }

    private static void MarkTrunk(ModelShape shape, Func<int, bool> isRecurrent)
    {
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            shape.RecurrentLayers[layer] = layer < shape.TrunkLayers && isRecurrent(layer);
        }
    }

    // Every n-th layer attends, unless the header lists the layers.
    private static void MarkByInterval(ModelShape shape, HeaderKeys keys, int interval)
    {
        if (keys.Fill("attention.recurrent_layers", shape.RecurrentLayers))
        {
            return;
        }

        interval = Math.Max(1, keys.Get("full_attention_interval", interval));
        MarkTrunk(shape, layer => (layer + 1) % interval != 0);
    }
}
