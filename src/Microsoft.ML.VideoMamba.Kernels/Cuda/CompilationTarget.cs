namespace Microsoft.ML.VideoMamba.Kernels.Cuda;

/// <summary>What a source is compiled to.</summary>
/// <param name="Architecture">Compute capability times ten.</param>
/// <param name="IsPtx">Whether the result is PTX, which a driver compiles for cards that the compiler does not know yet.</param>
internal readonly record struct CompilationTarget(int Architecture, bool IsPtx)
{
    /// <summary>The card's own machine code where the compiler knows the card, else PTX for the newest older one.</summary>
    /// <exception cref="CudaException">The compiler knows newer cards only.</exception>
    public static CompilationTarget For(int capability, IReadOnlyCollection<int> supported)
    {
        if (supported.Contains(capability)) return new(capability, IsPtx: false);
        var older = supported.Where(architecture => architecture < capability).ToList();
        return older.Count > 0
            ? new(older.Max(), IsPtx: true)
            : throw new CudaException($"The CUDA run-time compiler knows compute capabilities from {supported.Min() / 10.0:f1} up; this card has {capability / 10.0:f1}.");
    }

    /// <summary>As the compiler's option wants it.</summary>
    public override string ToString() => IsPtx ? $"compute_{Architecture}" : $"sm_{Architecture}";
}
