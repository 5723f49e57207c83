namespace GGUFPacker.Conversion.QuantizedSources;

/// <summary>
/// Keeps the few values that were asked for last: a packed tensor that cannot be decoded row by row is unpacked once while its rows are written, and
/// forgotten soon after. Safe to use from several threads at once; a value is made once.
/// </summary>
/// <param name="capacity">How many are kept.</param>
internal sealed class RecentValues<T>(int capacity)
    where T : class
{
    private readonly Lock _lock = new();
    private readonly LinkedList<(object Key, Lazy<T> Value)> _entries = new();

    /// <summary>The value of a key, made if it is not there.</summary>
    public T Get(object key, Func<T> make)
    {
        Lazy<T> value;
        lock (_lock)
        {
            var node = _entries.First;
            while (node is not null && !ReferenceEquals(node.Value.Key, key))
            {
                node = node.Next;
            }

            if (node is null)
            {
                node = new LinkedListNode<(object Key, Lazy<T> Value)>((key, new Lazy<T>(make)));
                if (_entries.Count == capacity)
                {
                    _entries.RemoveLast();
                }
            }
            else
            {
                _entries.Remove(node);
            }

            _entries.AddFirst(node);
            value = node.Value.Value;
        }

        return value.Value;
    }
}
