using Microsoft.ML.VideoMamba.Kernels;
using Microsoft.ML.VideoMamba.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Inference;

/// <summary>What a network computes in on a device.</summary>
/// <param name="Precision">The precision.</param>
/// <param name="Note">One line that says why it is not the one asked for, or null.</param>
public readonly record struct PrecisionChoice(InferencePrecision Precision, string? Note)
{
    /// <summary>What was asked for, where it is no slower than float32.</summary>
    /// <param name="asked">The precision that is wanted.</param>
    /// <param name="device">Where the network runs.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such precision.</exception>
    public static PrecisionChoice For(InferencePrecision asked, Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return For(asked, device.type != DeviceType.CPU || KernelFaces.HasBFloat16Products);
    }

    /// <param name="asked">The precision that is wanted.</param>
    /// <param name="multiplies">Whether the device multiplies bfloat16 matrices itself.</param>
    internal static PrecisionChoice For(InferencePrecision asked, bool multiplies) => asked switch
    {
        InferencePrecision.BFloat16 when !multiplies => new(InferencePrecision.Float32, "This CPU does not multiply bfloat16 matrices (it lacks AVX512-BF16 and AMX): float32 is used."),
        InferencePrecision.Float32 or InferencePrecision.BFloat16 => new(asked, null),
        _ => throw new ArgumentOutOfRangeException(nameof(asked), asked, "Precision must be Float32 or BFloat16."),
    };

    /// <summary>Converts a network's matrices. What it is saved as afterwards is what it computes with.</summary>
    public void ApplyTo(VideoMambaModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.ToActivationType(Precision == InferencePrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32);
    }
}
