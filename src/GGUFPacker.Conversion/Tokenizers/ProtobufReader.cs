using System.Buffers.Binary;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>The wire type of a protobuf field.</summary>
internal enum ProtobufWire
{
    /// <summary>A variable-length integer.</summary>
    Varint = 0,

    /// <summary>Eight bytes.</summary>
    Fixed64 = 1,

    /// <summary>Bytes with their length before them: text, bytes or a message.</summary>
    Bytes = 2,

    /// <summary>Four bytes.</summary>
    Fixed32 = 5,
}

/// <summary>A protobuf field.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Wire">Its wire type.</param>
/// <param name="Value">Its value, if it is a number.</param>
/// <param name="Bytes">Its bytes, if it has a length.</param>
internal readonly record struct ProtobufField(int Number, ProtobufWire Wire, ulong Value, ReadOnlyMemory<byte> Bytes);

/// <summary>Reads the fields of a protobuf message one after the other. Nothing is copied, so a hostile length costs nothing.</summary>
internal struct ProtobufReader
{
    private readonly string _name;
    private ReadOnlyMemory<byte> _rest;

    /// <summary>Creates a reader over a message; the name is for messages.</summary>
    public ProtobufReader(string name, ReadOnlyMemory<byte> message)
    {
        _name = name;
        _rest = message;
    }

    /// <summary>Reads the next field.</summary>
    /// <returns>False at the message's end.</returns>
    /// <exception cref="CheckpointException">The message is cut off or invalid.</exception>
    public bool TryReadField(out ProtobufField field)
    {
        if (_rest.IsEmpty)
        {
            field = default;
            return false;
        }

        var tag = ReadVarint();
        var number = tag >> 3;
        if (number is 0 or > int.MaxValue)
        {
            throw Invalid($"the field number {number}");
        }

        var wire = (ProtobufWire)(tag & 7);
        field = wire switch
        {
            ProtobufWire.Varint => new ProtobufField((int)number, wire, ReadVarint(), default),
            ProtobufWire.Fixed64 => new ProtobufField((int)number, wire, BinaryPrimitives.ReadUInt64LittleEndian(Take(8).Span), default),
            ProtobufWire.Fixed32 => new ProtobufField((int)number, wire, BinaryPrimitives.ReadUInt32LittleEndian(Take(4).Span), default),
            ProtobufWire.Bytes => new ProtobufField((int)number, wire, 0, Take(ReadVarint())),
            _ => throw Invalid($"the wire type {(int)wire}"),
        };
        return true;
    }

    private ReadOnlyMemory<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
        {
            throw new CheckpointException($"'{_name}' is cut off: a field of {count} bytes begins {_rest.Length} bytes before the end.");
        }

        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    private ulong ReadVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var part = Take(1).Span[0];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Invalid("a number of more than ten bytes");
    }

    private readonly CheckpointException Invalid(string what) => new($"'{_name}' is no protobuf message: it has {what}.");
}
