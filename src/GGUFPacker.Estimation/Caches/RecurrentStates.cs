using GGUFPacker.Estimation.Models;

namespace GGUFPacker.Estimation.Caches;

/// <summary>How large a layer's recurrent states are, by family (llama_hparams::n_embd_r and n_embd_s).</summary>
internal static class RecurrentStates
{
    /// <summary>Elements of what a convolution or a token shift looks back at.</summary>
    public static long RollingColumns(ModelShape shape)
    {
        if (shape.WkvHeadLength != 0)
        {
            return (long)shape.TokenShifts * shape.EmbeddingLength;
        }

        if (shape.ShortConvolutionLength != 0)
        {
            return (long)shape.EmbeddingLength * (shape.ShortConvolutionLength - 1);
        }

        if (shape.DeltaHeadLength != 0)
        {
            return 3L * (shape.ConvolutionKernel > 0 ? shape.ConvolutionKernel - 1 : 3) * shape.Heads[0] * shape.DeltaHeadLength;
        }

        return (shape.ConvolutionKernel > 0 ? shape.ConvolutionKernel - 1L : 0) * (shape.InnerLength + (2L * shape.StateGroups * shape.StateLength));
    }

    /// <summary>Elements of the state itself.</summary>
    public static long StateColumns(ModelShape shape)
    {
        if (shape.WkvHeadLength != 0)
        {
            return (long)shape.EmbeddingLength * shape.WkvHeadLength;
        }

        if (shape.DeltaHeadLength != 0)
        {
            return (long)shape.DeltaHeadLength * shape.DeltaHeadLength * shape.Heads[0];
        }

        return shape.LinearHeadLength != 0
            ? (long)shape.LinearHeadLength * shape.LinearHeadLength * shape.Heads[0]
            : (long)shape.StateLength * shape.InnerLength;
    }
}
