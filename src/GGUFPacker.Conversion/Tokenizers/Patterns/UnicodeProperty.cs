using System.Collections.Frozen;
using System.Globalization;
using static System.Globalization.UnicodeCategory;

namespace GGUFPacker.Conversion.Tokenizers.Patterns;

/// <summary>The sets behind <c>\p{…}</c>, <c>[:…:]</c> and the class escapes, as Oniguruma defines them for UTF-8.</summary>
internal static class UnicodeProperty
{
    private static readonly CodePointSet Letter = CodePointSet.OfCategories(UppercaseLetter, LowercaseLetter, TitlecaseLetter, ModifierLetter, OtherLetter);

    private static readonly CodePointSet Mark = CodePointSet.OfCategories(NonSpacingMark, SpacingCombiningMark, EnclosingMark);

    private static readonly CodePointSet Assigned = CodePointSet.OfCategories(OtherNotAssigned).Negate();

    private static readonly CodePointSet Graph =
        CodePointSet.Union([Space, CodePointSet.OfCategories(Control, OtherNotAssigned, Surrogate)]).Negate();

    private static readonly FrozenDictionary<string, CodePointSet> Sets = new Dictionary<string, CodePointSet>
    {
        ["any"] = CodePointSet.OfRange(0, 0x10FFFF),
        ["ascii"] = CodePointSet.OfRange(0, 0x7F),
        ["assigned"] = Assigned,
        ["l"] = Letter,
        ["lc"] = CodePointSet.OfCategories(UppercaseLetter, LowercaseLetter, TitlecaseLetter),
        ["lu"] = CodePointSet.OfCategories(UppercaseLetter),
        ["ll"] = CodePointSet.OfCategories(LowercaseLetter),
        ["lt"] = CodePointSet.OfCategories(TitlecaseLetter),
        ["lm"] = CodePointSet.OfCategories(ModifierLetter),
        ["lo"] = CodePointSet.OfCategories(OtherLetter),
        ["m"] = Mark,
        ["mn"] = CodePointSet.OfCategories(NonSpacingMark),
        ["mc"] = CodePointSet.OfCategories(SpacingCombiningMark),
        ["me"] = CodePointSet.OfCategories(EnclosingMark),
        ["n"] = CodePointSet.OfCategories(DecimalDigitNumber, LetterNumber, OtherNumber),
        ["nd"] = Digit,
        ["nl"] = CodePointSet.OfCategories(LetterNumber),
        ["no"] = CodePointSet.OfCategories(OtherNumber),
        ["p"] = Punctuation,
        ["pc"] = CodePointSet.OfCategories(ConnectorPunctuation),
        ["pd"] = CodePointSet.OfCategories(DashPunctuation),
        ["ps"] = CodePointSet.OfCategories(OpenPunctuation),
        ["pe"] = CodePointSet.OfCategories(ClosePunctuation),
        ["pi"] = CodePointSet.OfCategories(InitialQuotePunctuation),
        ["pf"] = CodePointSet.OfCategories(FinalQuotePunctuation),
        ["po"] = CodePointSet.OfCategories(OtherPunctuation),
        ["s"] = CodePointSet.OfCategories(MathSymbol, CurrencySymbol, ModifierSymbol, OtherSymbol),
        ["sm"] = CodePointSet.OfCategories(MathSymbol),
        ["sc"] = CodePointSet.OfCategories(CurrencySymbol),
        ["sk"] = CodePointSet.OfCategories(ModifierSymbol),
        ["so"] = CodePointSet.OfCategories(OtherSymbol),
        ["z"] = CodePointSet.OfCategories(SpaceSeparator, LineSeparator, ParagraphSeparator),
        ["zs"] = CodePointSet.OfCategories(SpaceSeparator),
        ["zl"] = CodePointSet.OfCategories(LineSeparator),
        ["zp"] = CodePointSet.OfCategories(ParagraphSeparator),
        ["c"] = CodePointSet.OfCategories(Control, Format, Surrogate, PrivateUse, OtherNotAssigned),
        ["cc"] = CodePointSet.OfCategories(Control),
        ["cf"] = CodePointSet.OfCategories(Format),
        ["cs"] = CodePointSet.OfCategories(Surrogate),
        ["co"] = CodePointSet.OfCategories(PrivateUse),
        ["cn"] = CodePointSet.OfCategories(OtherNotAssigned),
        ["alnum"] = CodePointSet.Union([Alphabetic, Digit]),
        ["alpha"] = Alphabetic,
        ["blank"] = CodePointSet.Union([CodePointSet.OfCategories(SpaceSeparator), CodePointSet.OfRange('\t', '\t')]),
        ["cntrl"] = CodePointSet.OfCategories(Control),
        ["digit"] = Digit,
        ["graph"] = Graph,
        ["print"] = CodePointSet.Union([Graph, CodePointSet.OfCategories(SpaceSeparator)]),

        ["punct"] = Punctuation,
        ["space"] = Space,
        ["upper"] = CodePointSet.Union([CodePointSet.OfCategories(UppercaseLetter), UnicodeTables.OtherUppercase]),
        ["lower"] = CodePointSet.Union([CodePointSet.OfCategories(LowercaseLetter), UnicodeTables.OtherLowercase]),
        ["word"] = Lazies.BracketWord,
        ["xdigit"] = HexDigit,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> LongNames = new Dictionary<string, string>
    {
        ["letter"] = "l",
        ["casedletter"] = "lc",
        ["uppercaseletter"] = "lu",
        ["lowercaseletter"] = "ll",
        ["titlecaseletter"] = "lt",
        ["modifierletter"] = "lm",
        ["otherletter"] = "lo",
        ["mark"] = "m",
        ["nonspacingmark"] = "mn",
        ["spacingmark"] = "mc",
        ["enclosingmark"] = "me",
        ["number"] = "n",
        ["decimalnumber"] = "nd",
        ["letternumber"] = "nl",
        ["othernumber"] = "no",
        ["punctuation"] = "p",
        ["connectorpunctuation"] = "pc",
        ["dashpunctuation"] = "pd",
        ["openpunctuation"] = "ps",
        ["closepunctuation"] = "pe",
        ["initialpunctuation"] = "pi",
        ["finalpunctuation"] = "pf",
        ["otherpunctuation"] = "po",
        ["symbol"] = "s",
        ["mathsymbol"] = "sm",
        ["currencysymbol"] = "sc",
        ["modifiersymbol"] = "sk",
        ["othersymbol"] = "so",
        ["separator"] = "z",
        ["spaceseparator"] = "zs",
        ["lineseparator"] = "zl",
        ["paragraphseparator"] = "zp",
        ["other"] = "c",
        ["control"] = "cc",
        ["format"] = "cf",
        ["surrogate"] = "cs",
        ["privateuse"] = "co",
        ["unassigned"] = "cn",
        ["alphabetic"] = "alpha",
        ["uppercase"] = "upper",
        ["lowercase"] = "lower",
        ["whitespace"] = "space",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Decimal digits: <c>\d</c>.</summary>
    public static CodePointSet Digit => Lazies.Digit;

    /// <summary>White space: <c>\s</c>, Unicode's White_Space.</summary>
    public static CodePointSet Space => Lazies.Space;

    /// <summary>Word characters: <c>\w</c>, that is what is alphabetic, marks, decimal digits, connectors, and Latin-1's superscripts and
    /// fractions; in bracket expressions, these last ones are missing.</summary>
    public static CodePointSet Word => Lazies.Word;

    /// <summary>Hexadecimal digits: <c>\h</c>.</summary>
    public static CodePointSet HexDigit => Lazies.HexDigit;

    /// <summary>Unicode's punctuation.</summary>
    public static CodePointSet Punctuation => Lazies.Punctuation;

    private static CodePointSet Alphabetic => Lazies.Alphabetic;

    /// <summary>Finds a property by its name; case, spaces, hyphens and underscores do not count.</summary>
    /// <exception cref="TokenizerStepException">There is no such property here.</exception>
    public static CodePointSet Find(string name)
    {
        var key = new string([.. name.Where(character => character is not (' ' or '_' or '-')).Select(char.ToLowerInvariant)]);
        if (key.StartsWith("script=", StringComparison.Ordinal) || key.StartsWith("sc=", StringComparison.Ordinal))
        {
            key = key[(key.IndexOf('=', StringComparison.Ordinal) + 1)..];
        }

        return Sets.GetValueOrDefault(LongNames.GetValueOrDefault(key, key)) ?? UnicodeTables.FindScript(key)
            ?? throw new TokenizerStepException($"The character property '{name}' is not known.");
    }

    /// <summary>
    /// Finds the set of a bracket expression, such as <c>[:alpha:]</c>. Unlike the property of the same name, <c>[:punct:]</c> includes symbols.
    /// </summary>
    /// <exception cref="TokenizerStepException">There is no such expression.</exception>
    public static CodePointSet FindBracket(string name) => name == "punct" ? CodePointSet.Union([Punctuation, Find("S")]) : Find(name);

    // Apart, because the tables above need them while they are built.
    private static class Lazies
    {
        public static readonly CodePointSet Digit = CodePointSet.OfCategories(DecimalDigitNumber);

        public static readonly CodePointSet Space = CodePointSet.OfRanges(
        [
            (0x9, 0xD), (' ', ' '), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F),
            (0x3000, 0x3000),
        ]);

        public static readonly CodePointSet HexDigit = CodePointSet.OfRanges([('0', '9'), ('A', 'F'), ('a', 'f')]);

        public static readonly CodePointSet Punctuation = CodePointSet.OfCategories(
            ConnectorPunctuation, DashPunctuation, OpenPunctuation, ClosePunctuation, InitialQuotePunctuation, FinalQuotePunctuation, OtherPunctuation);

        public static readonly CodePointSet Alphabetic = CodePointSet.Union(
        [
            CodePointSet.OfCategories(UppercaseLetter, LowercaseLetter, TitlecaseLetter, ModifierLetter, OtherLetter, LetterNumber),
            UnicodeTables.OtherAlphabetic,
        ]);

        public static readonly CodePointSet BracketWord = CodePointSet.Union(
        [
            Alphabetic,
            CodePointSet.OfCategories(NonSpacingMark, SpacingCombiningMark, EnclosingMark, DecimalDigitNumber, UnicodeCategory.ConnectorPunctuation),
        ]);

        public static readonly CodePointSet Word = CodePointSet.Union([BracketWord, CodePointSet.OfRanges([(0xB2, 0xB3), (0xB9, 0xB9), (0xBC, 0xBE)])]);
    }
}
