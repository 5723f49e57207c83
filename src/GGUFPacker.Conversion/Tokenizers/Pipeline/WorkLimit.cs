namespace GGUFPacker.Conversion.Tokenizers.Pipeline;

/// <summary>
/// What one text may cost. The steps and patterns of a tokenizer come from a file, and could be made to let a short text grow without end or to be matched
/// for hours.
/// </summary>
internal sealed class WorkLimit
{
    /// <summary>The longest text, in characters, at any stage.</summary>
    public const int MaximumTextLength = 1 << 18;

    // About what a second does; a usual text of that length takes a thousandth of it.
    private const long MaximumWork = 1 << 28;

    private long _work;

    /// <summary>Counts work: a pattern's steps, a look-up's characters.</summary>
    /// <exception cref="TokenizerStepException">It is too much.</exception>
    public void Spend(long work)
    {
        _work += work;
        if (_work > MaximumWork)
        {
            throw new TokenizerStepException("The tokenizer's steps take too long.");
        }
    }

    /// <summary>Begins a new text.</summary>
    public void Renew() => _work = 0;

    /// <summary>Checks the length of a text, before it is made.</summary>
    /// <exception cref="TokenizerStepException">It is too long.</exception>
    public static void CheckLength(long length)
    {
        if (length > MaximumTextLength)
        {
            throw new TokenizerStepException($"The tokenizer's steps make a text longer than {MaximumTextLength} characters.");
        }
    }
}
