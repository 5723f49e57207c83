namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>Changes the special vocabulary before it is written: an architecture's rule. <see cref="SpecialTokenRules"/> has them.</summary>
internal delegate SpecialVocabulary SpecialTokenRule(SpecialVocabulary special, TokenizerSources sources);
