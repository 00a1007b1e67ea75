namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>
/// Has the kernels that this thread starts compute in another width until it is disposed: tests run all paths that a CPU has. A width that it lacks runs in the
/// runtime's emulation.
/// </summary>
internal sealed class ForcedWidth : IDisposable
{
    [ThreadStatic]
    private static SimdWidth? s_current;

    private readonly SimdWidth? _before = s_current;

    public ForcedWidth(SimdWidth width) => s_current = width;

    /// <summary>The width, or null where none is forced.</summary>
    public static SimdWidth? Current => s_current;

    public void Dispose() => s_current = _before;
}
