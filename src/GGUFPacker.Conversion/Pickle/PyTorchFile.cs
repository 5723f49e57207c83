using System.Text;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Pickle;

/// <summary>
/// An open file of torch.save since PyTorch 1.6: a zip archive with a pickle (<c>data.pkl</c>) that describes a dictionary of tensors, and the tensors'
/// bytes beside it (<c>data/0</c> and so on). As torch.load(weights_only=True), but nothing is ever called.
/// </summary>
internal sealed class PyTorchFile : WeightFile
{
    /// <summary>The largest pickle; that of a model with 100,000 tensors has some 20 MB.</summary>
    private const int MaximumPickleBytes = 256 << 20;

    private const string PickleName = "/data.pkl";

    private readonly CheckpointFile _file;
    private readonly Dictionary<string, ArchiveRecord> _records;
    private readonly string _folder;
    private readonly OrderedDictionary<string, PickleTensor> _tensors;

    private PyTorchFile(CheckpointFile file, Dictionary<string, ArchiveRecord> records, string folder, OrderedDictionary<string, PickleTensor> tensors)
    {
        _file = file;
        _records = records;
        _folder = folder;
        _tensors = tensors;
    }

    /// <inheritdoc/>
    public override string Name => _file.Name;

    /// <inheritdoc/>
    public override IEnumerable<string> TensorNames => _tensors.Keys;

    /// <summary>Opens a file of a checkpoint and reads its pickle. No weights are read.</summary>
    /// <exception cref="CheckpointException">There is no such file, it cannot be read, or it is something else than a dictionary of tensors.</exception>
    public static PyTorchFile Open(CheckpointFiles files, string name)
    {
        var file = CheckpointFile.Open(files, name);
        try
        {
            var records = ArchiveReader.ReadDirectory(file);
            var pickle = records.Keys.Where(key => key.EndsWith(PickleName, StringComparison.Ordinal)
                && key.IndexOf('/', StringComparison.Ordinal) == key.Length - PickleName.Length)
                .Order(StringComparer.Ordinal).FirstOrDefault()
                ?? throw new CheckpointException($"Cannot read '{name}': it has no data.pkl, so it is no checkpoint of PyTorch.");
            var folder = pickle[..^PickleName.Length];
            if (records.ContainsKey($"{folder}/byteorder")
                && Encoding.ASCII.GetString(Read(file, records, $"{folder}/byteorder", 16)) is not "little" and var order)
            {
                throw new CheckpointException($"Cannot read '{name}': its numbers are in the byte order '{order}'; only little-endian ones are supported.");
            }

            return new PyTorchFile(file, records, folder, ReadTensors(name, Read(file, records, pickle, MaximumPickleBytes)));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override TensorSource Open(string tensorName)
    {
        var tensor = _tensors[tensorName];
        var name = $"{_folder}/data/{tensor.Storage.Key}";
        if (!_records.TryGetValue(name, out var record))
        {
            throw new CheckpointException($"Cannot read '{Name}': it has no entry '{name}', which the tensor '{tensorName}' needs.");
        }

        return PyTorchTensor.Open(_file, ArchiveReader.DataOffset(_file, name, record), record.Length, tensor, tensorName);
    }

    /// <inheritdoc/>
    public override void Dispose() => _file.Dispose();

    /// <summary>The tensors of a pickle.</summary>
    /// <param name="fileName">The file's name for errors.</param>
    /// <param name="pickle">The pickle.</param>
    /// <exception cref="CheckpointException">It is no dictionary of tensors.</exception>
    internal static OrderedDictionary<string, PickleTensor> ReadTensors(string fileName, ReadOnlySpan<byte> pickle)
    {
        object? root;
        try
        {
            root = PickleMachine.Run(pickle);
        }
        catch (PickleException exception)
        {
            throw new CheckpointException($"Cannot read '{fileName}': {exception.Message}.", exception);
        }

        if (root is not PickleDictionary dictionary)
        {
            throw new CheckpointException($"Cannot read '{fileName}': it holds no dictionary of tensors.");
        }

        var tensors = new OrderedDictionary<string, PickleTensor>(StringComparer.Ordinal);
        foreach (var (key, value) in dictionary.Entries)
        {
            tensors[key as string ?? throw new CheckpointException($"Cannot read '{fileName}': a key of its dictionary is no string.")] = value as PickleTensor
                ?? throw new CheckpointException(
                    $"Cannot read '{fileName}': '{key}' is no tensor. A checkpoint of a training run must be reduced to its weights (the state_dict) first.");
        }

        return tensors;
    }

    private static byte[] Read(CheckpointFile file, Dictionary<string, ArchiveRecord> records, string name, int maximum)
    {
        var record = records[name];
        if (record.Length > maximum)
        {
            throw new CheckpointException($"Cannot read '{file.Name}': its entry '{name}' has {record.Length} bytes; at most {maximum} are read.");
        }

        var offset = ArchiveReader.DataOffset(file, name, record);
        var bytes = new byte[record.Length];
        file.Read(offset, bytes);
        return bytes;
    }
}
