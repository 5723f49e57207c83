using System.Runtime.CompilerServices;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>
/// All combinations of levels ("cells") of a grid. A cell that is no point has candidates: the points at the nearest distances (as many different
/// distances as the type wants, all the points at each), ordered by distance and then by number. Candidates lie in runs of a multiple of
/// <see cref="RunLength"/>; the rest of a run repeats its first candidate, which then never is strictly better than itself.
/// </summary>
internal sealed class GridCells
{
    /// <summary>Runs of candidates are filled up to a multiple of this.</summary>
    public const int RunLength = 8;

    private readonly GridCell[] _cells;
    private readonly ushort[] _candidates;
    private readonly short[] _numbers;

    public GridCells(Grid grid, int distances)
    {
        _cells = new GridCell[(int)Math.Pow(grid.Levels, grid.Dimensions)];
        _numbers = new short[1 << (grid.Dimensions * grid.Bits)];
        Array.Fill(_numbers, (short)-1);
        for (var i = 0; i < grid.Points.Length; i++)
        {
            _numbers[grid.Points[i]] = (short)i;
        }

        var candidates = new List<ushort>();
        var found = new PointDistances(grid);
        for (var cell = 0; cell < _cells.Length; cell++)
        {
            var code = Code(grid, cell);
            if (_numbers[code] >= 0)
            {
                _cells[cell] = new(0, 0, (ushort)code);
                continue;
            }

            var first = candidates.Count;
            found.AddNearest(code, distances, candidates);
            _cells[cell] = new(first, (ushort)(candidates.Count - first), 0);
            while (candidates.Count % RunLength != 0)
            {
                candidates.Add(candidates[first]);
            }
        }

        _candidates = [.. candidates];
    }

    /// <summary>The cells; a cell's number is the sum of level * levels^dimension.</summary>
    public ReadOnlySpan<GridCell> Cells => _cells;

    /// <summary>The candidates' codes.</summary>
    public ReadOnlySpan<ushort> Candidates => _candidates;

    /// <summary>The number of the point with these levels.</summary>
    public int PointNumber(ushort code) => _numbers[code];

    private static int Code(Grid grid, int cell)
    {
        var code = 0;
        for (var d = 0; d < grid.Dimensions; d++, cell /= grid.Levels)
        {
            code |= cell % grid.Levels << (d * grid.Bits);
        }

        return code;
    }

    // Squared distances from one code to all points. A code's halves are looked up in a table of the distances between all half codes.
    private sealed class PointDistances
    {
        private readonly ushort[] _points;
        private readonly int[] _distances;
        private readonly int[] _counts;
        private readonly int[] _halves;
        private readonly int _halfBits;

        public PointDistances(Grid grid)
        {
            _points = grid.Points.ToArray();
            _distances = new int[_points.Length];
            _counts = new int[(grid.Dimensions * (grid.Levels - 1) * (grid.Levels - 1)) + 1];
            _halfBits = grid.Dimensions * grid.Bits / 2;
            _halves = new int[1 << (2 * _halfBits)];
            for (var pair = 0; pair < _halves.Length; pair++)
            {
                for (var d = 0; d < grid.Dimensions / 2; d++)
                {
                    var difference = grid.Level(pair, d) - grid.Level(pair >> _halfBits, d);
                    _halves[pair] += difference * difference;
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void AddNearest(int code, int distances, List<ushort> candidates)
        {
            var mask = (1 << _halfBits) - 1;
            var lower = _halves.AsSpan((code & mask) << _halfBits, mask + 1);
            var upper = _halves.AsSpan(code >> _halfBits << _halfBits, mask + 1);
            Array.Clear(_counts);
            for (var i = 0; i < _points.Length; i++)
            {
                var distance = lower[_points[i] & mask] + upper[_points[i] >> _halfBits];
                _distances[i] = distance;
                _counts[distance]++;
            }

            for (var distance = 0; distances > 0 && distance < _counts.Length; distance++)
            {
                if (_counts[distance] == 0)
                {
                    continue;
                }

                for (var i = Array.IndexOf(_distances, distance); i >= 0; i = Array.IndexOf(_distances, distance, i + 1))
                {
                    candidates.Add(_points[i]);
                }

                distances--;
            }
        }
    }
}
