namespace GGUFPacker.Conversion.Tokenizers.Patterns;

/// <summary>
/// Runs a compiled pattern over a text: a backtracking matcher whose choices lie on a stack of its own. Positions are UTF-16 indexes, but it moves by code
/// points.
/// </summary>
internal sealed class PatternMachine
{
    // A fifth of Oniguruma's own limit on retries; a pattern from a file must neither run for hours nor remember choices without end.
    private const int MaximumSteps = 2_000_000;

    private readonly PatternInstruction[] _program;
    private readonly string _text;
    private readonly int[] _registers;
    private readonly Stack<Choice> _choices = new();
    private int _steps;

    /// <summary>Creates a machine for one text.</summary>
    public PatternMachine(PatternInstruction[] program, int registers, string text)
    {
        _program = program;
        _text = text;
        _registers = new int[registers];
    }

    private enum ChoiceKind
    {
        // Go on at Instruction.
        Branch,

        // A repetition that may give back: go on at Instruction with less, down to Limit.
        GiveBack,

        // A repetition that may take more: Limit more, by the instruction before Instruction.
        TakeMore,

        // Set register Instruction back to Position.
        Restore,
    }

    /// <summary>The steps taken so far.</summary>
    public int Steps => _steps;

    /// <summary>The end of the match that begins at a position, or -1.</summary>
    /// <exception cref="TokenizerStepException">It takes too long.</exception>
    public int Match(int position)
    {
        _choices.Clear();
        return Run(0, position, requiredEnd: -1);
    }

    private int Run(int instruction, int position, int requiredEnd)
    {
        var floor = _choices.Count;
        while (true)
        {
            if (++_steps > MaximumSteps)
            {
                throw new TokenizerStepException($"A pattern takes more than {MaximumSteps} steps over a text of {_text.Length} characters.");
            }

            ref readonly var current = ref _program[instruction];
            if (current.Operation == PatternOperation.End)
            {
                if (requiredEnd < 0 || position == requiredEnd)
                {
                    Unwind(floor);
                    return position;
                }
            }
            else if (TryStep(current, ref instruction, ref position))
            {
                continue;
            }

            if (!TryBacktrack(floor, ref instruction, ref position))
            {
                return -1;
            }
        }
    }

    private bool TryStep(in PatternInstruction current, ref int instruction, ref int position)
    {
        switch (current.Operation)
        {
            case PatternOperation.One:
                instruction++;
                return TryTake(current.Set!, ref position);
            case PatternOperation.Repeat:
                instruction++;
                return TryRepeat(current, instruction, ref position);
            case PatternOperation.Split:
                _choices.Push(new Choice(ChoiceKind.Branch, current.Second, position, 0));
                instruction = current.First;
                return true;
            case PatternOperation.Jump:
                instruction = current.First;
                return true;
            case PatternOperation.Anchor:
                instruction++;
                return IsAt(current.Anchor, position);
            case PatternOperation.Look:
                var found = current.Behind ? IsBehind(instruction + 1, position) : Run(instruction + 1, position, requiredEnd: -1) >= 0;
                instruction = current.First;
                return found != current.Negative;
            case PatternOperation.Atomic:
                position = Run(instruction + 1, position, requiredEnd: -1);
                instruction = current.First;
                return position >= 0;
            case PatternOperation.Mark:
                _choices.Push(new Choice(ChoiceKind.Restore, current.First, _registers[current.First], 0));
                _registers[current.First] = position;
                instruction++;
                return true;
            case PatternOperation.LeaveIfEmpty:
                instruction = _registers[current.First] == position ? current.Second : instruction + 1;
                return true;
            default:
                return false;
        }
    }

    private bool TryBacktrack(int floor, ref int instruction, ref int position)
    {
        while (_choices.Count > floor)
        {
            var choice = _choices.Pop();
            switch (choice.Kind)
            {
                case ChoiceKind.Restore:
                    _registers[choice.Instruction] = choice.Position;
                    continue;
                case ChoiceKind.GiveBack:
                    choice = choice with { Position = Before(choice.Position) };
                    if (choice.Position > choice.Limit)
                    {
                        _choices.Push(choice);
                    }

                    break;
                case ChoiceKind.TakeMore:
                    var next = choice.Position;
                    if (!TryTake(_program[choice.Instruction - 1].Set!, ref next))
                    {
                        continue;
                    }

                    choice = choice with { Position = next, Limit = choice.Limit - 1 };
                    if (choice.Limit > 0)
                    {
                        _choices.Push(choice);
                    }

                    break;
            }

            (instruction, position) = (choice.Instruction, choice.Position);
            return true;
        }

        return false;
    }

    private bool TryRepeat(in PatternInstruction repeat, int next, ref int position)
    {
        var count = 0;
        for (; count < repeat.First; count++)
        {
            if (!TryTake(repeat.Set!, ref position))
            {
                return false;
            }
        }

        if (repeat.Mode == RepeatMode.Lazy)
        {
            if (repeat.Second > count)
            {
                _choices.Push(new Choice(ChoiceKind.TakeMore, next, position, repeat.Second - count));
            }

            return true;
        }

        var least = position;
        for (; count < repeat.Second && TryTake(repeat.Set!, ref position); count++)
        {
            _steps++;
        }

        if (repeat.Mode == RepeatMode.Greedy && position > least)
        {
            _choices.Push(new Choice(ChoiceKind.GiveBack, next, position, least));
        }

        return true;
    }

    // Puts back what a part that is done may no longer undo; registers keep their values, which only its own loops read.
    private void Unwind(int floor)
    {
        while (_choices.Count > floor)
        {
            _choices.Pop();
        }
    }

    private bool IsBehind(int instruction, int position)
    {
        for (var start = position; ; start = Before(start))
        {
            if (Run(instruction, start, requiredEnd: position) >= 0)
            {
                return true;
            }

            if (start == 0)
            {
                return false;
            }
        }
    }

    private bool TryTake(CodePointSet set, ref int position)
    {
        if (position >= _text.Length || !set.Contains(CodePointAt(position, out var length)))
        {
            return false;
        }

        position += length;
        return true;
    }

    private int CodePointAt(int position, out int length)
    {
        var first = _text[position];
        if (char.IsHighSurrogate(first) && position + 1 < _text.Length && char.IsLowSurrogate(_text[position + 1]))
        {
            length = 2;
            return char.ConvertToUtf32(first, _text[position + 1]);
        }

        length = 1;
        return first;
    }

    private int Before(int position) =>
        position >= 2 && char.IsLowSurrogate(_text[position - 1]) && char.IsHighSurrogate(_text[position - 2]) ? position - 2 : position - 1;

    private bool IsAt(AnchorKind anchor, int position) => anchor switch
    {
        AnchorKind.TextStart => position == 0,
        AnchorKind.TextEnd => position == _text.Length,
        AnchorKind.LastLineEnd => position == _text.Length || (position == _text.Length - 1 && _text[position] == '\n'),
        AnchorKind.LineStart => position == 0 || (_text[position - 1] == '\n' && position < _text.Length),
        AnchorKind.LineEnd => position == _text.Length || _text[position] == '\n',
        AnchorKind.WordBoundary => IsWordBefore(position) != IsWordAt(position),
        _ => IsWordBefore(position) == IsWordAt(position),
    };

    private bool IsWordAt(int position) => position < _text.Length && UnicodeProperty.Word.Contains(CodePointAt(position, out _));

    private bool IsWordBefore(int position) => position > 0 && UnicodeProperty.Word.Contains(CodePointAt(Before(position), out _));

    private readonly record struct Choice(ChoiceKind Kind, int Instruction, int Position, int Limit);
}
