using System.Collections.Immutable;
using GGUFPacker.Conversion.Architectures;
using static GGUFPacker.Conversion.Projectors.ProjectorKinds;

namespace GGUFPacker.Conversion.Projectors;

/// <summary>What llama.cpp calls the architecture "clip": all projectors.</summary>
internal static class ProjectorTensors
{
    /// <summary>The kinds of tensors, in the mapping's order, since a name that two kinds have belongs to the later one.</summary>
    public static ImmutableArray<TensorKind> Kinds { get; } =
    [
        VMmEmbedding, VMmHardEmbNorm, VEncConvStem, VEncConvStemNorm, VEncMsfaExp, VEncMsfaExpNorm, VEncMsfaProj, VEncMsfaProjNorm,
        VEncMsfaNorm, ACtcOut, ACtcOutMid, AQfProjQuery, AQfProjNorm, AQfProjLinear, VMmproj, VMmprojFc, VMmprojMlp, VMmprojPeg,
        VEncEmbdCls, VEncEmbdPatch, VEncEmbdNorm, VEncEmbdPatchNorm, VEncEmbdPos, VEncEmbdImgnl, VEncEmbdVsep, VEncAttnQkv, VEncAttnQ,
        VEncAttnQNorm, VEncAttnK, VEncAttnKNorm, VEncAttnV, VEncInputNorm, VEncAttnO, VEncAttnSinks, VEncPostAttnNorm, VEncFfnUp,
        VEncFfnGate, VEncFfnDown, VEncFfnGateInp, VEncFfnExpProbsB, VEncFfnGateExps, VEncFfnUpExps, VEncFfnDownExps, VEncAttnPostNorm,
        VEncFfnPostNorm, VLayerScale1, VLayerScale2, VLayerOutScale, VPreNorm, VPostNorm, VMmPostNorm, VMmInpProj, VMmInpNorm,
        VMmSoftEmbNorm, VResmplPosEmbdK, VResmplAttnQ, VResmplAttnK, VResmplAttnV, VResmplAttnOut, VResmplKv, VResmplPostNorm,
        VResmplKvNorm, VResmplQNorm, VResmplProj, VResmplQuery, VTokEmbdImgBreak, VTokEmbdImgStart, VTokEmbdImgEnd, VTokEmbdImgPad,
        VMmPatchMerger, VMmMergerFc1, VMmMergerFc2, VDsNorm, VDsFc1, VDsFc2, VMergerLn1, VMergerAttnQ, VMergerAttnK, VMergerAttnV,
        VMergerAttnO, VMergerDsLn, VMergerDsUp, VMergerDsDown, VSamPosEmbd, VSamPatchEmbd, VSamPreNorm, VSamPostNorm, VSamAttnPosH,
        VSamAttnPosW, VSamAttnQkv, VSamAttnOut, VSamMlpLin1, VSamMlpLin2, VSamNeck, VSamNet2, VSamNet3, VResmplQuery768, VResmplQuery1024,
        VMmPostFcNorm, VMmUp, VMmDown, VMmGate, VTokBoi, VTokEoi, VMmPreNorm, VTokImgBegin, VTokImgEnd, VStdBias, VStdScale,
        VMultiProjImgPos, VMultiProjQuery, VMultiProjLinear, VMultiProjNorm, VMultiProjPostNorm, VQfSelfAttnQ, VQfSelfAttnK, VQfSelfAttnV,
        VQfSelfAttnO, VQfSelfAttnNorm, VQfCrossAttnQ, VQfCrossAttnK, VQfCrossAttnV, VQfCrossAttnO, VQfCrossAttnNorm, VQfFfnUp, VQfFfnDown,
        VQfFfnNorm, AEncEmbdPos, AEncEmbdNorm, AEncEmbdToLogits, AEncConv1d, AEncConv1dNorm, AEncInpProj, AEncConv2d, AEncConvOut, APreNorm,
        APostNorm, AEncAttnQ, AEncAttnK, AEncAttnV, AEncAttnKRel, AEncAttnPostNorm, AEncAttnPreNorm, AEncPerDimScale, AEncLayerPreNorm,
        AEncInputNorm, AEncOutput, AEncOutputNorm, AEncFfnNorm, AEncFfnPostNorm, AEncFfnScale, AEncFfnUp, AEncFfnGate, AEncFfnDown,
        AEncFfnUp1, AEncFfnDown1, AEncFfnNorm1, AEncDownsampleConv, AEncDownsampleNorm, AEncRvqCodebook, AEncFfnPostNorm1, AEncFfnScale1,
        AEncLinearPos, AEncPosBiasU, AEncPosBiasV, AEncOut, AMmproj, AMmprojFc, AMmNormPre, AMmNormMid, AMmCodeEmbd, AMmLocalAttnQ,
        AMmLocalAttnK, AMmLocalAttnV, AMmLocalAttnOut, AMmLocalFfnGate, AMmLocalFfnUp, AMmLocalFfnDown, AMmLocalLn1, AMmLocalLn2,
        AMmLocalNorm, AEncConvDw, AEncConvNorm, AEncConvNormMean, AEncConvNormVar, AEncConvPw1, AEncConvPw2, AEncSeConv1, AEncSeConv2,
        AEncAspAttn, AEncAspTdnn, AEncNormConv, APerDimKScale, APerDimScale, AEncMelFilters, AEncWindow, AMmEmbedding, AMmHardEmbNorm,
        AMmInpProj, AMmSoftEmbNorm, AEncAttnRelPosEmb, AQfSelfAttnQ, AQfSelfAttnK, AQfSelfAttnV, AQfSelfAttnO, AQfSelfAttnNorm,
        AQfCrossAttnQ, AQfCrossAttnK, AQfCrossAttnV, AQfCrossAttnO, AQfCrossAttnNorm, AQfFfnUp, AQfFfnDown, AQfFfnNorm,
    ];
}
