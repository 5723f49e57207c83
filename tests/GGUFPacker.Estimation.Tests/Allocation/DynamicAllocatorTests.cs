using GGUFPacker.Estimation.Allocation;

namespace GGUFPacker.Estimation.Tests.Allocation;

public class DynamicAllocatorTests
{
    private const int Alignment = 32;

    private readonly DynamicAllocator _allocator = new(Alignment, long.MaxValue);

    [Fact]
    public void Runs_follow_each_other_rounded_up_to_the_alignment()
    {
        Assert.Equal(new BufferAddress(0, 0), _allocator.Allocate(1));
        Assert.Equal(new BufferAddress(0, 32), _allocator.Allocate(33));
        Assert.Equal(new BufferAddress(0, 96), _allocator.Allocate(32));
        Assert.Equal(128, _allocator.Size);
    }

    [Fact]
    public void A_freed_run_is_used_again_before_the_end_grows()
    {
        var first = _allocator.Allocate(64);
        _allocator.Allocate(64);
        _allocator.Free(first, 64);
        Assert.Equal(first, _allocator.Allocate(32));
        Assert.Equal(128, _allocator.Size);
    }

    [Fact]
    public void The_smallest_run_that_fits_is_taken_not_the_first()
    {
        var large = _allocator.Allocate(256);
        _allocator.Allocate(32);
        var small = _allocator.Allocate(96);
        _allocator.Allocate(32);
        _allocator.Free(large, 256);
        _allocator.Free(small, 96);
        Assert.Equal(small, _allocator.Allocate(64));
    }

    [Fact]
    public void Of_runs_of_one_size_the_last_is_taken()
    {
        var first = _allocator.Allocate(64);
        _allocator.Allocate(32);
        var second = _allocator.Allocate(64);
        _allocator.Allocate(32);
        _allocator.Free(first, 64);
        _allocator.Free(second, 64);
        Assert.Equal(second, _allocator.Allocate(64));
    }

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(0, 2, 1)]
    [InlineData(1, 0, 2)]
    [InlineData(1, 2, 0)]
    [InlineData(2, 0, 1)]
    [InlineData(2, 1, 0)]
    public void Neighbours_merge_in_whatever_order_they_are_freed(int a, int b, int c)
    {
        BufferAddress[] runs = [_allocator.Allocate(32), _allocator.Allocate(64), _allocator.Allocate(96)];
        int[] sizes = [32, 64, 96];
        _allocator.Allocate(32);
        foreach (var i in new[] { a, b, c })
        {
            _allocator.Free(runs[i], sizes[i]);
        }

        Assert.Equal(runs[0], _allocator.Allocate(192));
        Assert.Equal(224, _allocator.Size);
    }

    [Fact]
    public void What_is_freed_at_the_end_does_not_shrink_the_size_and_is_used_again()
    {
        var run = _allocator.Allocate(1024);
        _allocator.Free(run, 1024);
        Assert.Equal(run, _allocator.Allocate(32));
        Assert.Equal(1024, _allocator.Size);
    }

    [Fact]
    public void Memory_in_pieces_gets_another_piece_when_one_is_full()
    {
        var allocator = new DynamicAllocator(Alignment, 256);
        Assert.Equal(new BufferAddress(0, 0), allocator.Allocate(192));
        Assert.Equal(new BufferAddress(1, 0), allocator.Allocate(128));
        Assert.Equal(new BufferAddress(0, 192), allocator.Allocate(64));
        Assert.Equal(256 + 128, allocator.Size);
    }

    [Fact]
    public void A_run_larger_than_a_piece_gets_one_of_its_own_size()
    {
        var allocator = new DynamicAllocator(Alignment, 256);
        allocator.Allocate(32);
        Assert.Equal(new BufferAddress(1, 0), allocator.Allocate(4096));
        Assert.Equal(32 + 4096, allocator.Size);
    }

    [Fact]
    public void The_last_piece_has_no_limit()
    {
        var allocator = new DynamicAllocator(Alignment, 64);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(Math.Min(i, 15), allocator.Allocate(64).Chunk);
        }

        Assert.Equal(20 * 64, allocator.Size);
    }

    [Fact]
    public void More_than_any_memory_is_an_error_not_an_overflow()
    {
        for (var i = 0; i < 16; i++)
        {
            _allocator.Allocate(long.MaxValue / 3);
        }

        Assert.Throws<EstimateException>(() => _allocator.Allocate(long.MaxValue / 3));
        Assert.Throws<OverflowException>(() => _allocator.Size);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Runs_never_overlap(int seed)
    {
        var random = new Random(seed);
        var live = new List<(BufferAddress Address, long Bytes)>();
        var allocator = new DynamicAllocator(Alignment, 4096);
        for (var step = 0; step < 2000; step++)
        {
            if (live.Count > 0 && random.Next(2) == 0)
            {
                var i = random.Next(live.Count);
                allocator.Free(live[i].Address, live[i].Bytes);
                live.RemoveAt(i);
                continue;
            }

            long bytes = random.Next(1, 700);
            var address = allocator.Allocate(bytes);
            Assert.Equal(0, address.Offset % Alignment);
            Assert.DoesNotContain(
                live,
                other => other.Address.Chunk == address.Chunk && other.Address.Offset < address.Offset + bytes && address.Offset < other.Address.Offset + other.Bytes);
            live.Add((address, bytes));
        }
    }
}
