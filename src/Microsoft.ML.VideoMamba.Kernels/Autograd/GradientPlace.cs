namespace Microsoft.ML.VideoMamba.Kernels.Autograd;

/// <summary>Where a parameter's gradient goes.</summary>
/// <param name="Address">Of its first element.</param>
/// <param name="Float32">Whether elements are float32; else bfloat16.</param>
/// <param name="Adds">Whether it is added to what is there; else it overwrites it.</param>
internal readonly record struct GradientPlace(nint Address, bool Float32, bool Adds)
{
    /// <summary>The factor of what is there.</summary>
    public float Beta => Adds ? 1 : 0;

    /// <summary>The place that begins so many elements further on.</summary>
    public GradientPlace From(long elements) => this with { Address = (nint)(Address + elements * (Float32 ? sizeof(float) : sizeof(ushort))) };
}
