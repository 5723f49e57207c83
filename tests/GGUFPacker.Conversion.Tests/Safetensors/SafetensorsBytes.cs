using System.Buffers.Binary;
using System.Text;

namespace GGUFPacker.Conversion.Tests.Safetensors;

/// <summary>Builds safetensors files, right and wrong ones.</summary>
internal static class SafetensorsBytes
{
    /// <summary>A file with this header and so many bytes of data, which count up.</summary>
    public static byte[] Of(string header, int dataLength, long? claimedHeaderLength = null)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[sizeof(ulong) + json.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, claimedHeaderLength ?? json.Length);
        json.CopyTo(bytes, sizeof(ulong));
        for (var i = 0; i < dataLength; i++)
        {
            bytes[sizeof(ulong) + json.Length + i] = (byte)i;
        }

        return bytes;
    }
}
