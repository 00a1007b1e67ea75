using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>Working memory aligned to cache lines and handed out part by part. Each thread keeps what it used for its next calls.</summary>
internal sealed unsafe class Scratch : IDisposable
{
    private const int Alignment = 64;
    private const int FloatsOfLine = Alignment / sizeof(float);
    private const int LeastBlock = 16 * 1024;

    [ThreadStatic]
    private static Stack<Scratch>? s_free;

    private readonly List<Block> _outgrown = [];
    private Block _block;
    private int _taken;
    private int _takenBefore;

    private Scratch(int size) => _block = new Block(size);

    /// <summary>Gives working memory until its disposal by the same thread.</summary>
    public static Scratch Rent() => (s_free ??= new Stack<Scratch>()).TryPop(out var scratch) ? scratch : new Scratch(LeastBlock);

    /// <summary>Gives working memory of a size that is known, for as long as it is referred to: no thread gets it back.</summary>
    /// <param name="floats">What will be taken.</param>
    public static Scratch Keep(long floats) => new(checked((int)(floats + FloatsOfLine - 1) / FloatsOfLine * FloatsOfLine));

    /// <summary>Takes <paramref name="count"/> floats, uninitialised.</summary>
    public float* Take(int count)
    {
        count = checked(count + FloatsOfLine - 1) / FloatsOfLine * FloatsOfLine;
        if (count > _block.Size - _taken) Grow(count);
        float* part = _block.Start + _taken;
        _taken += count;
        return part;
    }

    /// <summary>Takes <paramref name="count"/> floats, set to zero.</summary>
    public float* TakeZeroed(int count)
    {
        float* part = Take(count);
        NativeMemory.Clear(part, (nuint)count * sizeof(float));
        return part;
    }

    public void Dispose()
    {
        foreach (var block in _outgrown) block.Dispose();
        _outgrown.Clear();
        (_taken, _takenBefore) = (0, 0);
        s_free!.Push(this);
    }

    /// <summary>Parts that were handed out stay where they are until the end; the next block has room for all that was taken so far and more.</summary>
    private void Grow(int count)
    {
        var block = new Block(checked(2 * (_takenBefore + _taken + count)));
        _outgrown.Add(_block);
        _takenBefore += _taken;
        (_block, _taken) = (block, 0);
    }

    private sealed class Block(int size) : IDisposable
    {
        public float* Start { get; private set; } = (float*)NativeMemory.AlignedAlloc((nuint)size * sizeof(float), Alignment);

        public int Size => size;

        ~Block() => NativeMemory.AlignedFree(Start);

        public void Dispose()
        {
            NativeMemory.AlignedFree(Start);
            Start = null;
            GC.SuppressFinalize(this);
        }
    }
}
