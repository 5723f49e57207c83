namespace GGUFPacker.Conversion.Tokenizers.Patterns;

/// <summary>Turns a parsed pattern into a program for <see cref="PatternMachine"/>.</summary>
internal sealed class PatternCompiler
{
    private const int MaximumInstructions = 100_000;

    private readonly List<PatternInstruction> _program = [];
    private int _registers;

    private PatternCompiler()
    {
    }

    /// <summary>Compiles a pattern.</summary>
    /// <returns>The program, and how many registers it needs.</returns>
    /// <exception cref="TokenizerStepException">Its repetitions make the program too long.</exception>
    public static (PatternInstruction[] Program, int Registers) Compile(PatternNode pattern)
    {
        var compiler = new PatternCompiler();
        compiler.Add(pattern);
        compiler.Emit(new PatternInstruction(PatternOperation.End));
        return ([.. compiler._program], compiler._registers);
    }

    private void Add(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.One one:
                Emit(new PatternInstruction(PatternOperation.One, Set: one.Set));
                break;
            case PatternNode.Sequence sequence:
                foreach (var part in sequence.Parts)
                {
                    Add(part);
                }

                break;
            case PatternNode.Alternation alternation:
                AddAlternation(alternation);
                break;
            case PatternNode.Repeat { Part: PatternNode.One one } repeat:
                Emit(new PatternInstruction(PatternOperation.Repeat, repeat.Minimum, repeat.Maximum, one.Set, repeat.Mode));
                break;
            case PatternNode.Repeat { Mode: RepeatMode.Possessive } repeat:
                Add(new PatternNode.Atomic(repeat with { Mode = RepeatMode.Greedy }));
                break;
            case PatternNode.Repeat repeat:
                AddRepeat(repeat);
                break;
            case PatternNode.Look look:
                AddNested(look.Part, new PatternInstruction(PatternOperation.Look, Behind: look.Behind, Negative: look.Negative));
                break;
            case PatternNode.Atomic atomic:
                AddNested(atomic.Part, new PatternInstruction(PatternOperation.Atomic));
                break;
            case PatternNode.Anchor anchor:
                Emit(new PatternInstruction(PatternOperation.Anchor, Anchor: anchor.Kind));
                break;
        }
    }

    private void AddAlternation(PatternNode.Alternation alternation)
    {
        var jumps = new List<int>();
        for (var index = 0; index < alternation.Choices.Length; index++)
        {
            if (index == alternation.Choices.Length - 1)
            {
                Add(alternation.Choices[index]);
                break;
            }

            var split = Emit(new PatternInstruction(PatternOperation.Split));
            Add(alternation.Choices[index]);
            jumps.Add(Emit(new PatternInstruction(PatternOperation.Jump)));
            _program[split] = new PatternInstruction(PatternOperation.Split, split + 1, _program.Count);
        }

        foreach (var jump in jumps)
        {
            _program[jump] = new PatternInstruction(PatternOperation.Jump, _program.Count);
        }
    }

    private void AddRepeat(PatternNode.Repeat repeat)
    {
        for (var count = 0; count < repeat.Minimum; count++)
        {
            Add(repeat.Part);
        }

        if (repeat.Maximum == int.MaxValue)
        {
            AddLoop(repeat);
            return;
        }

        // Each further time may be the last one.
        var splits = new List<int>();
        for (var count = repeat.Minimum; count < repeat.Maximum; count++)
        {
            splits.Add(Emit(new PatternInstruction(PatternOperation.Split)));
            Add(repeat.Part);
        }

        foreach (var split in splits)
        {
            _program[split] = Branch(split + 1, _program.Count, repeat.Mode);
        }
    }

    // A turn that takes nothing ends the loop, or it would never end.
    private void AddLoop(PatternNode.Repeat repeat)
    {
        var register = _registers++;
        var split = Emit(new PatternInstruction(PatternOperation.Split));
        Emit(new PatternInstruction(PatternOperation.Mark, register));
        Add(repeat.Part);
        var leave = Emit(new PatternInstruction(PatternOperation.LeaveIfEmpty));
        Emit(new PatternInstruction(PatternOperation.Jump, split));
        _program[split] = Branch(split + 1, _program.Count, repeat.Mode);
        _program[leave] = new PatternInstruction(PatternOperation.LeaveIfEmpty, register, _program.Count);
    }

    private void AddNested(PatternNode part, PatternInstruction instruction)
    {
        var start = Emit(instruction);
        Add(part);
        Emit(new PatternInstruction(PatternOperation.End));
        _program[start] = instruction with { First = _program.Count };
    }

    private static PatternInstruction Branch(int enter, int leave, RepeatMode mode) => mode == RepeatMode.Lazy
        ? new PatternInstruction(PatternOperation.Split, leave, enter)
        : new PatternInstruction(PatternOperation.Split, enter, leave);

    private int Emit(PatternInstruction instruction)
    {
        if (_program.Count == MaximumInstructions)
        {
            throw new TokenizerStepException($"A pattern needs more than {MaximumInstructions} instructions.");
        }

        _program.Add(instruction);
        return _program.Count - 1;
    }
}
