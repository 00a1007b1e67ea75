using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>A piece's own working memory, aligned to cache lines and handed out part by part.</summary>
internal sealed unsafe class Scratch : IDisposable
{
    private const int Alignment = 64;

    private readonly float* _start;
    private readonly int _size;
    private int _taken;

    /// <summary>Reserves room for <paramref name="size"/> floats, uninitialised.</summary>
    public Scratch(int size)
    {
        _size = size;
        _start = (float*)NativeMemory.AlignedAlloc((nuint)size * sizeof(float), Alignment);
    }

    /// <summary>Takes <paramref name="count"/> floats, set to zero.</summary>
    public float* Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _size - _taken);
        float* part = _start + _taken;
        _taken += count;
        NativeMemory.Clear(part, (nuint)count * sizeof(float));
        return part;
    }

    public void Dispose() => NativeMemory.AlignedFree(_start);
}
