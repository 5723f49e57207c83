using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Format;

/// <summary>Encodes a header of version 3.</summary>
internal sealed class GgufHeaderWriter
{
    private const uint Version = 3;

    private readonly ArrayBufferWriter<byte> _output = new(64 * 1024);
    private readonly bool _swap;

    private GgufHeaderWriter(bool bigEndian) => _swap = bigEndian == BitConverter.IsLittleEndian;

    public static ReadOnlyMemory<byte> Write(GgufMetadata metadata, IReadOnlyList<TensorInfo> tensors, IReadOnlyList<long> offsets, bool bigEndian)
    {
        var writer = new GgufHeaderWriter(bigEndian);
        writer._output.Write("GGUF"u8);
        writer.WriteNumbers([Version]);
        writer.WriteNumbers([(ulong)tensors.Count, (ulong)metadata.Count]);
        foreach (var (key, value) in metadata)
        {
            writer.WriteString(Encoding.UTF8.GetBytes(key));
            writer.WriteNumbers([(uint)value.Type]);
            writer.WriteValue(value);
        }

        for (var i = 0; i < tensors.Count; i++)
        {
            var tensor = tensors[i];
            writer.WriteString(Encoding.UTF8.GetBytes(tensor.Name));
            writer.WriteNumbers([(uint)tensor.Shape.Length]);
            writer.WriteNumbers(tensor.Shape.AsSpan());
            writer.WriteNumbers([(uint)tensor.Type]);
            writer.WriteNumbers([(ulong)offsets[i]]);
        }

        return writer._output.WrittenMemory;
    }

    private void WriteValue(GgufValue value)
    {
        if (value.Type == GgufValueType.Array)
        {
            WriteNumbers([(uint)value.ElementType]);
            WriteNumbers([(ulong)value.Count]);
        }

        switch (value.Raw)
        {
            case byte x: WriteNumbers([x]); break;
            case sbyte x: WriteNumbers([x]); break;
            case ushort x: WriteNumbers([x]); break;
            case short x: WriteNumbers([x]); break;
            case uint x: WriteNumbers([x]); break;
            case int x: WriteNumbers([x]); break;
            case float x: WriteNumbers([x]); break;
            case bool x: WriteNumbers([x ? (byte)1 : (byte)0]); break;
            case ulong x: WriteNumbers([x]); break;
            case long x: WriteNumbers([x]); break;
            case double x: WriteNumbers([x]); break;
            case GgufString x: WriteString(x.Bytes); break;
            default: WriteElements(value); break;
        }
    }

    private void WriteElements(GgufValue value)
    {
        // The element type decides, not a type pattern: the runtime takes an int[] for a uint[].
        switch (value.ElementType)
        {
            case GgufValueType.UInt8: WriteNumbers<byte>((byte[])value.Raw); break;
            case GgufValueType.Int8: WriteNumbers<sbyte>((sbyte[])value.Raw); break;
            case GgufValueType.UInt16: WriteNumbers<ushort>((ushort[])value.Raw); break;
            case GgufValueType.Int16: WriteNumbers<short>((short[])value.Raw); break;
            case GgufValueType.UInt32: WriteNumbers<uint>((uint[])value.Raw); break;
            case GgufValueType.Int32: WriteNumbers<int>((int[])value.Raw); break;
            case GgufValueType.Float32: WriteNumbers<float>((float[])value.Raw); break;
            case GgufValueType.UInt64: WriteNumbers<ulong>((ulong[])value.Raw); break;
            case GgufValueType.Int64: WriteNumbers<long>((long[])value.Raw); break;
            case GgufValueType.Float64: WriteNumbers<double>((double[])value.Raw); break;
            case GgufValueType.Bool:
                WriteNumbers<byte>(Array.ConvertAll((bool[])value.Raw, flag => flag ? (byte)1 : (byte)0));
                break;
            case GgufValueType.String:
                foreach (var text in (GgufString[])value.Raw)
                {
                    WriteString(text.Bytes);
                }

                break;
            default:
                foreach (var array in (GgufValue[])value.Raw)
                {
                    WriteValue(array);
                }

                break;
        }
    }

    private void WriteString(ReadOnlySpan<byte> bytes)
    {
        WriteNumbers([(ulong)bytes.Length]);
        _output.Write(bytes);
    }

    private void WriteNumbers<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values);
        var target = _output.GetSpan(bytes.Length)[..bytes.Length];
        bytes.CopyTo(target);
        if (_swap && values.Length > 0)
        {
            GgufByteOrder.Reverse(target, bytes.Length / values.Length);
        }

        _output.Advance(bytes.Length);
    }
}
