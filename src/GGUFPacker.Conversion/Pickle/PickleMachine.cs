using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Unicode;

namespace GGUFPacker.Conversion.Pickle;

/// <summary>
/// Runs a pickle of protocol 2, the program that rebuilds Python objects, with the opcodes that torch.save writes. No code can be reached: names are
/// resolved by <see cref="PickleTensors"/>, which knows only what describes tensors, and everything else is refused.
/// </summary>
internal ref struct PickleMachine
{
    /// <summary>More values than a checkpoint of 100,000 tensors has.</summary>
    private const int MaximumValues = 1 << 24;

    private readonly ReadOnlySpan<byte> _program;
    private readonly Stack<object?> _stack = new();
    private readonly Stack<int> _marks = new();
    private readonly Dictionary<uint, object?> _memo = [];
    private int _position;
    private int _values;

    private PickleMachine(ReadOnlySpan<byte> program) => _program = program;

    /// <summary>Runs a pickle.</summary>
    /// <returns>The object: null, a bool, long, double, string, or one of the types of this folder.</returns>
    /// <exception cref="PickleException">The pickle is broken, or does something else than to describe tensors.</exception>
    public static object? Run(ReadOnlySpan<byte> program) => new PickleMachine(program).Run();

    private object? Run()
    {
        while (true)
        {
            var opcode = Take(1)[0];
            switch (opcode)
            {
                case 0x80:
                    RequireProtocol(Take(1)[0]);
                    break;
                case (byte)'.':
                    return Pop();
                case (byte)'(':
                    _marks.Push(_stack.Count);
                    break;
                case (byte)'N':
                    Push(null);
                    break;
                case 0x88 or 0x89:
                    Push(opcode == 0x88);
                    break;
                case (byte)'J':
                    Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4)));
                    break;
                case (byte)'K':
                    Push((long)Take(1)[0]);
                    break;
                case (byte)'M':
                    Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)));
                    break;
                case 0x8A:
                    Push(ToInteger(Take(Take(1)[0])));
                    break;
                case (byte)'G':
                    Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8)));
                    break;
                case (byte)'X':
                    Push(ToText(Take(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))));
                    break;
                case (byte)'U':
                    Push(Encoding.Latin1.GetString(Take(Take(1)[0])));
                    break;
                case (byte)')':
                    Push(new PickleTuple([]));
                    break;
                case (byte)'t':
                    Push(new PickleTuple([.. PopToMark()]));
                    break;
                case 0x85 or 0x86 or 0x87:
                    PushTuple(opcode - 0x84);
                    break;
                case (byte)']':
                    Push(new PickleList());
                    break;
                case (byte)'a':
                    var item = Pop();
                    Peek<PickleList>().Items.Add(item);
                    break;
                case (byte)'e':
                    var items = PopToMark();
                    Peek<PickleList>().Items.AddRange(items);
                    break;
                case (byte)'}':
                    Push(new PickleDictionary());
                    break;
                case 0x8F:
                    Push(new PickleList());
                    break;
                case (byte)'s':
                    var value = Pop();
                    SetItems([Pop(), value]);
                    break;
                case (byte)'u':
                    SetItems(PopToMark());
                    break;
                case (byte)'c':
                    Push(PickleTensors.Resolve($"{TakeLine()}.{TakeLine()}"));
                    break;
                case (byte)'Q':
                    Push(PickleTensors.LoadPersistent(Pop()));
                    break;
                case (byte)'R' or 0x81:
                    var arguments = Pop() as PickleTuple ?? throw new PickleException("it calls something without a tuple of arguments");
                    Push(PickleTensors.Call(Pop() as PickleGlobal ?? throw new PickleException("it calls something that is no known name"), arguments));
                    break;
                case (byte)'b':
                    var state = Pop();
                    PickleTensors.Build(_stack.Count > 0 ? _stack.Peek() : null, state);
                    break;
                case (byte)'q':
                    Memorize(Take(1)[0]);
                    break;
                case (byte)'r':
                    Memorize(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)));
                    break;
                case (byte)'h':
                    Recall(Take(1)[0]);
                    break;
                case (byte)'j':
                    Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)));
                    break;
                default:
                    throw new PickleException(
                        string.Create(
                            CultureInfo.InvariantCulture, $"the opcode 0x{opcode:X2} at byte {_position - 1} is not one that torch.save writes for tensors"));
            }
        }
    }

    private static void RequireProtocol(byte protocol)
    {
        if (protocol != 2)
        {
            throw new PickleException($"it is a pickle of protocol {protocol}; PyTorch's own, 2, is supported");
        }
    }

    private static long ToInteger(ReadOnlySpan<byte> bytes)
    {
        var number = new BigInteger(bytes);
        return number >= long.MinValue && number <= long.MaxValue ? (long)number : throw new PickleException("it holds a number beyond 64 bits");
    }

    private static string ToText(ReadOnlySpan<byte> bytes) =>
        Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw new PickleException("it holds a text that is not UTF-8");

    private ReadOnlySpan<byte> Take(long count)
    {
        if (count > _program.Length - _position)
        {
            throw new PickleException("it ends in the middle");
        }

        var bytes = _program.Slice(_position, (int)count);
        _position += (int)count;
        return bytes;
    }

    private string TakeLine()
    {
        var length = _program[_position..].IndexOf((byte)'\n');
        if (length is < 0 or > 1024)
        {
            throw new PickleException("a name in it does not end");
        }

        var line = ToText(Take(length));
        _position++;
        return line;
    }

    private void Push(object? value)
    {
        // The values that are alive are at most as many as bytes of the program; this bounds their memory, too.
        if (++_values > MaximumValues)
        {
            throw new PickleException($"it makes more than {MaximumValues} values");
        }

        _stack.Push(value);
    }

    private object? Pop()
    {
        var bottom = _marks.Count > 0 ? _marks.Peek() : 0;
        return _stack.Count > bottom ? _stack.Pop() : throw new PickleException("it takes a value where none is left");
    }

    private T Peek<T>()
        where T : class =>
        _stack.Count > 0 && _stack.Peek() is T value ? value : throw new PickleException("it adds items to something that cannot have any");

    private List<object?> PopToMark()
    {
        if (!_marks.TryPop(out var mark))
        {
            throw new PickleException("it refers to a mark that is not there");
        }

        var items = new List<object?>(_stack.Count - mark);
        while (_stack.Count > mark)
        {
            items.Add(_stack.Pop());
        }

        items.Reverse();
        return items;
    }

    private void PushTuple(int count)
    {
        var items = new object?[count];
        for (var i = count - 1; i >= 0; i--)
        {
            items[i] = Pop();
        }

        Push(new PickleTuple([.. items]));
    }

    private void SetItems(List<object?> items)
    {
        var entries = Peek<PickleDictionary>().Entries;
        if (items.Count % 2 != 0)
        {
            throw new PickleException("it sets a key without a value");
        }

        for (var i = 0; i < items.Count; i += 2)
        {
            entries.Add(new(items[i], items[i + 1]));
        }
    }

    private void Memorize(uint index) => _memo[index] = _stack.Count > 0 ? _stack.Peek() : throw new PickleException("it remembers a value where none is left");

    private void Recall(uint index) =>
        Push(_memo.TryGetValue(index, out var value) ? value : throw new PickleException($"it refers to the value {index}, which it did not remember"));
}
