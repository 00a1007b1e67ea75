using Microsoft.ML.VideoMamba.Kernels.Cuda;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>The addresses of a <see cref="PackedMixer"/>, which must outlive their use.</summary>
internal readonly record struct MixerWeights(nint InProj, nint XProj, nint DtProj, nint OutProjTwice, nint ConvWeight, nint ConvBias, nint DtBias, nint A, nint D)
{
    /// <summary>Of packed parameters.</summary>
    public static MixerWeights Of(PackedMixer packed) => new(
        DeviceMemory.Address(packed.InProj), DeviceMemory.Address(packed.XProj), DeviceMemory.Address(packed.DtProj), DeviceMemory.Address(packed.OutProjTwice),
        DeviceMemory.Address(packed.ConvWeight), DeviceMemory.Address(packed.ConvBias), DeviceMemory.Address(packed.DtBias), DeviceMemory.Address(packed.A), DeviceMemory.Address(packed.D));
}
