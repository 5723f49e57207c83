using System.Runtime.InteropServices;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Lora;

namespace GGUFPacker.Conversion.Tensors;

/// <summary>The steps between a checkpoint's tensor and llama.cpp's. A shape that does not fit is an <see cref="ArgumentException"/>.</summary>
internal static class TensorTransforms
{
    extension(TensorSource source)
    {
        /// <summary>The tensor with its axes in another order.</summary>
        public TensorSource Permuted(params ReadOnlySpan<int> axes) =>
            source is LowRankTensor adapter ? adapter.Permute(axes) : TensorView.Of(source).Permute(axes);

        /// <summary>The tensor with its last two axes exchanged.</summary>
        public TensorSource Transposed()
        {
            var axes = Enumerable.Range(0, source.Shape.Length).ToArray();
            if (axes.Length < 2)
            {
                throw new ArgumentException($"It has {axes.Length} dimensions; two are needed.");
            }

            (axes[^1], axes[^2]) = (axes[^2], axes[^1]);
            return source.Permuted(axes);
        }

        /// <summary>A part of an axis; negative axes count from the end.</summary>
        public TensorSource Sliced(int axis, long start, long length, long step = 1) =>
            source is LowRankTensor adapter ? adapter.Slice(axis, start, length, step) : TensorView.Of(source).Slice(axis, start, length, step);

        /// <summary>The parts of an axis of these lengths, which must be all of it.</summary>
        public IReadOnlyList<TensorSource> Split(int axis, params ReadOnlySpan<long> lengths)
        {
            var parts = new List<TensorSource>();
            var start = 0L;
            foreach (var length in lengths)
            {
                parts.Add(source.Sliced(axis, start, length));
                start += length;
            }

            var size = source.Shape[axis < 0 ? axis + source.Shape.Length : axis];
            return start == size ? parts : throw new ArgumentException($"Its dimension {axis} has {size} entries, not {start}.");
        }

        /// <summary>An axis in a number of equal parts.</summary>
        public IReadOnlyList<TensorSource> Chunks(int axis, int count)
        {
            var size = axis < source.Shape.Length && -axis <= source.Shape.Length ? source.Shape[axis < 0 ? axis + source.Shape.Length : axis] : 1;
            if (size % count != 0)
            {
                throw new ArgumentException($"Its shape [{string.Join(", ", source.Shape)}] cannot be divided into {count} equal parts.");
            }

            return source.Split(axis, [.. Enumerable.Repeat(size / count, count)]);
        }

        /// <summary>The elements in another shape; one dimension may be -1.</summary>
        public TensorSource Reshaped(params ReadOnlySpan<long> shape) =>
            source is LowRankTensor adapter ? adapter.Reshape(shape) : TensorView.Of(source).Reshape(shape);

        /// <summary>The tensor without dimensions of one entry.</summary>
        public TensorSource Squeezed() => source.Reshaped([.. source.Shape.Where(size => size != 1)]);

        /// <summary>The tensor with one more dimension of one entry at the end.</summary>
        public TensorSource Unsqueezed() => source.Reshaped(source.Shape.Add(1).AsSpan());

        /// <summary>The same bytes as elements of another type of the same size.</summary>
        public TensorSource AsType(ElementType type) => source.Type == type ? source
            : source.Type.Bits == type.Bits ? new ReinterpretedTensor(source, type)
            : throw new ArgumentException($"It holds numbers of type {source.Type}, which are no {type}.");

        /// <summary>The tensor with rows of zeros behind its own, up to a number of rows.</summary>
        public TensorSource PaddedRows(long rows) => source.Shape.Length > 0 && source.Shape[0] < rows
            ? Concatenation.Join([source, new ZeroTensor(source.Type, source.Shape.SetItem(0, rows - source.Shape[0]))])
            : source;

        /// <summary>Query, key and value of each head one after the other, as all queries, all keys, all values.</summary>
        public TensorSource QkvUngrouped(long heads)
        {
            if (source.Shape.IsEmpty || heads <= 0 || source.Shape[0] % (3 * heads) != 0)
            {
                throw new ArgumentException($"Its shape [{string.Join(", ", source.Shape)}] cannot be divided into query, key and value of {heads} heads.");
            }

            var headLength = source.Shape[0] / (3 * heads);
            return TensorView.Of(source.Reshaped([heads, 3, headLength, source.UnitLength])).Permute([1, 0, 2, 3]).Reshape(source.Shape.AsSpan());
        }

        /// <summary>Queries or keys in llama.cpp's order for rotary embeddings.</summary>
        public TensorSource RotaryPermuted(long heads) => RotaryPermutation.Of(source, heads);

        /// <summary>
        /// An axis that consists of groups of equal blocks, with the blocks of all groups in turns: g0b0 g0b1 g1b0 g1b1 becomes g0b0 g1b0 g0b1 g1b1.
        /// </summary>
        /// <param name="axis">The axis.</param>
        /// <param name="groups">The number of groups.</param>
        /// <param name="blocks">The number of blocks of a group.</param>
        public TensorSource GroupsInTurns(int axis, long groups, long blocks)
        {
            axis = axis < 0 ? axis + source.Shape.Length : axis;
            if (axis < 0 || axis >= source.Shape.Length || groups <= 0 || blocks <= 0 || source.Shape[axis] % (groups * blocks) != 0)
            {
                throw new ArgumentException($"Its shape [{string.Join(", ", source.Shape)}] cannot be divided into {groups} groups of {blocks} blocks.");
            }

            var inner = source.Shape[axis] / (groups * blocks);
            var split = source.Reshaped([.. source.Shape.Take(axis), groups, blocks, inner, .. source.Shape.Skip(axis + 1)]);
            var axes = Enumerable.Range(0, split.Shape.Length).ToArray();
            (axes[axis], axes[axis + 1]) = (axes[axis + 1], axes[axis]);
            return split.Permuted(axes).Reshaped(source.Shape.AsSpan());
        }

        /// <summary>Whether all elements are 0. Reads all of it.</summary>
        public bool IsZero()
        {
            var numbers = new float[checked((int)source.Count)];
            Float32Tensor.Of(source).Read(0, MemoryMarshal.AsBytes(numbers.AsSpan()));
            return numbers.All(number => number == 0);
        }

        /// <summary>The only number of a tensor.</summary>
        /// <param name="name">Its name, for the message.</param>
        /// <exception cref="CheckpointException">It has another number of elements than one.</exception>
        public float ReadSingle(string name)
        {
            if (source.Count != 1)
            {
                throw new CheckpointException($"Cannot convert the tensor '{name}': it has {source.Count} elements, and one is needed.");
            }

            Span<float> number = [0];
            Float32Tensor.Of(source).Read(0, MemoryMarshal.AsBytes(number));
            return number[0];
        }

        /// <summary>Each element plus one: the weights of norms that multiply with 1 + w.</summary>
        public TensorSource PlusOne() => source.Plus(1);

        /// <summary>Each element plus a number, which is rounded to float32 first.</summary>
        public TensorSource Plus(double summand)
        {
            var single = (float)summand;
            return new MappedTensor(source, numbers =>
            {
                foreach (ref var number in numbers)
                {
                    number += single;
                }
            });
        }

        /// <summary>Each element times a number, which is rounded to float32 first.</summary>
        public TensorSource Times(double factor)
        {
            var single = (float)factor;
            return new MappedTensor(source, numbers =>
            {
                foreach (ref var number in numbers)
                {
                    number *= single;
                }
            });
        }

        /// <summary>-exp(x) of each element, with PyTorch's exponential: the decay of a state space, kept as a logarithm in checkpoints.</summary>
        public TensorSource NegativeExponential() => new MappedTensor(source, numbers =>
        {
            foreach (ref var number in numbers)
            {
                number = -TorchMath.Exp(number);
            }
        });

        /// <summary>exp(x) of each element, with PyTorch's exponential.</summary>
        public TensorSource Exponential() => new MappedTensor(source, numbers =>
        {
            foreach (ref var number in numbers)
            {
                number = TorchMath.Exp(number);
            }
        });

        /// <summary>log(1 + exp(x)) of each element, and x itself where it is large.</summary>
        public TensorSource SoftPlus() => new MappedTensor(source, numbers =>
        {
            foreach (ref var number in numbers)
            {
                number = TorchMath.SoftPlus(number);
            }
        });
    }
}
