namespace GGUFPacker.Estimation.Models;

/// <summary>What families read of their headers besides what all have (load_arch_hparams of each).</summary>
internal static class FamilyShapes
{
    public static void Apply(ModelShape shape, HeaderKeys keys)
    {
        keys.Fill("expert_feed_forward_length", shape.ExpertFeedForward);
        shape.SharedExperts = keys.Get("expert_shared_count");
        shape.SharedExpertFeedForward = keys.Get("expert_shared_feed_forward_length");
        shape.DenseLeadLayers = keys.Get("leading_dense_block_count");
    }
}
