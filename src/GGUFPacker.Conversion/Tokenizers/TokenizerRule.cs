namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>Writes keys beside a vocabulary's own: an architecture's rule. <see cref="TokenizerRules"/> has them.</summary>
internal delegate void TokenizerRule(TokenizerDraft draft);
