using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>A mixer's parameters as the CUDA kernels and the matrix products read them: the directions side by side. mixer_pack.cu says how each lies.</summary>
internal sealed record PackedMixer(
    Tensor InProj, Tensor XProj, Tensor DtProj, Tensor OutProjTwice, Tensor ConvWeight, Tensor ConvBias, Tensor DtBias, Tensor A, Tensor D)
{
    private const int Threads = 256, ElementsPerThread = 2;

    /// <summary>Packs, in one launch.</summary>
    public static PackedMixer Pack(CudaDevice device, MixerParameters parameters, MixerShape shape)
    {
        int directions = shape.Directions, inner = shape.Inner;
        var type = shape.Float32 ? ScalarType.Float32 : ScalarType.BFloat16;
        Tensor Empty(ScalarType of, params long[] sizes) => empty(sizes, of, parameters.InProj.device);
        var packed = new PackedMixer(
            parameters.InProj,
            Empty(type, directions, shape.Selected, inner), Empty(type, directions, inner, shape.PaddedRank), Empty(type, shape.Embed, directions, inner),
            Empty(ScalarType.Float32, directions, inner, shape.Taps), Empty(ScalarType.Float32, directions, inner), Empty(ScalarType.Float32, directions, inner),
            Empty(ScalarType.Float32, directions, inner, CudaScan.States), Empty(ScalarType.Float32, directions, inner));
        var arguments = new MixerPackArguments
        {
            OutProj = DeviceMemory.Address(parameters.OutProj),
            Forward = Addresses(parameters.Forward),
            Backward = Addresses(parameters.Reverse),
            PackedXProj = DeviceMemory.Address(packed.XProj),
            PackedDtProj = DeviceMemory.Address(packed.DtProj),
            OutProjTwice = DeviceMemory.Address(packed.OutProjTwice),
            PackedConvWeight = DeviceMemory.Address(packed.ConvWeight),
            PackedConvBias = DeviceMemory.Address(packed.ConvBias),
            PackedDtBias = DeviceMemory.Address(packed.DtBias),
            PackedA = DeviceMemory.Address(packed.A),
            PackedD = DeviceMemory.Address(packed.D),
            Embed = shape.Embed,
            Channels = inner,
            Rank = shape.Rank,
            Padded = shape.PaddedRank,
            Taps = shape.Taps,
        };
        device.Kernel<MixerPackArguments>(new KernelSource("mixer_pack.cu", ("F32", shape.Float32 ? 1 : 0), ("DIRECTIONS", directions)), "mixer_pack")
            .Launch(arguments, new Grid(Grid.Cover((long)shape.Embed * inner, Threads * ElementsPerThread)), Threads);
        GC.KeepAlive(parameters);
        return packed;
    }

    /// <summary>For saving.</summary>
    public IReadOnlyList<Tensor> ToList() => [InProj, XProj, DtProj, OutProjTwice, ConvWeight, ConvBias, DtBias, A, D];

    /// <summary>From the tensors of <see cref="ToList"/> that begin at <paramref name="first"/>.</summary>
    public static PackedMixer FromList(IReadOnlyList<Tensor> saved, int first) => new(
        saved[first], saved[first + 1], saved[first + 2], saved[first + 3], saved[first + 4], saved[first + 5], saved[first + 6], saved[first + 7], saved[first + 8]);

    private static MixerPackArguments.Direction Addresses(MixDirection? direction) => direction is null ? default : new()
    {
        ConvWeight = DeviceMemory.Address(direction.ConvWeight),
        ConvBias = DeviceMemory.Address(direction.ConvBias),
        XProj = DeviceMemory.Address(direction.XProj),
        DtProj = DeviceMemory.Address(direction.DtProj),
        DtBias = DeviceMemory.Address(direction.DtBias),
        ALog = DeviceMemory.Address(direction.ALog),
        D = DeviceMemory.Address(direction.D),
    };
}
