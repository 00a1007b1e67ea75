using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>The tensors of one scan as the CUDA kernels read them: contiguous, padded, B and C side by side. Shapes as in <see cref="SelectiveScanCuda"/>.</summary>
internal sealed record CudaScanOperands(
    Tensor U, Tensor Delta, Tensor A, Tensor BC, Tensor? D, Tensor? Z, Tensor? DeltaBias, Tensor? InitialState, CudaScanOptions Options)
{
    public (int Directions, int Batch, int Length, int Channels) Sizes => ((int)U.shape[0], (int)U.shape[1], (int)U.shape[2], (int)U.shape[3]);

    /// <summary>From the tensors in the order of the record, null where absent.</summary>
    public static CudaScanOperands Prepare(IReadOnlyList<Tensor?> tensors, CudaScanOptions options) => new(
        DeviceMemory.Dense(tensors[0]!), DeviceMemory.Dense(tensors[1]!), tensors[2]!.contiguous(), DeviceMemory.Dense(tensors[3]!), tensors[4]?.contiguous(),
        DeviceMemory.Dense(tensors[5]), tensors[6]?.contiguous(), tensors[7]?.contiguous(), options);

    /// <summary>In the order of the record, for saving.</summary>
    public List<Tensor?> ToList() => [U, Delta, A, BC, D, Z, DeltaBias, InitialState];

    /// <summary>The kernels for these operands.</summary>
    public CudaScan Scan() => CudaScan.Get(
        CudaDevice.Of(U), CudaScanLayout.Plain(Sizes.Channels, U.dtype == ScalarType.Float32, Options.DeltaSoftplus, Z is not null));

    /// <summary>What a forward walk of these operands reads and where it puts y; how it is divided, and what it keeps, is for the caller to add.</summary>
    /// <param name="y">As U.</param>
    public ScanForwardArguments ForwardArguments(Tensor y)
    {
        var (_, batch, length, channels) = Sizes;
        long direction = (long)batch * length * channels;
        return new ScanForwardArguments
        {
            U = DeviceMemory.Address(U),
            Delta = DeviceMemory.Address(Delta),
            Z = DeviceMemory.Address(Z),
            BC = DeviceMemory.Address(BC),
            A = DeviceMemory.Address(A),
            D = DeviceMemory.Address(D),
            Bias = DeviceMemory.Address(DeltaBias),
            Y = DeviceMemory.Address(y),
            DeltaDirection = direction,
            YDirection = direction,
            Batch = batch,
            Length = length,
            Chunk = length,
            Reverse = Options.Reverse,
        };
    }

    /// <summary>Room for float32 numbers beside the operands.</summary>
    public Tensor Empty(params long[] shape) => empty(shape, ScalarType.Float32, U.device);

    /// <summary>Room for a state of each sequence.</summary>
    public Tensor EmptyStates() => Empty(Sizes.Directions, Sizes.Batch, CudaScan.States, Sizes.Channels);

    /// <summary>The states before the first step as the kernels take them, or null for zeros.</summary>
    public Tensor? FirstStates(Scaled scaled) => InitialState is null ? null : ToKernel(InitialState, scaled);

    /// <summary>A state or its gradient, (…, channels, n), to the kernels: (…, n, channels) in base 2.</summary>
    public static Tensor ToKernel(Tensor state, Scaled scaled) => state.transpose(-1, -2).Times(Factor(scaled)).contiguous();

    /// <summary>A state or its gradient from the kernels.</summary>
    public static Tensor FromKernel(Tensor state, Scaled scaled) => state.transpose(-1, -2).Times(Factor(scaled));

    private static double Factor(Scaled scaled) => scaled == Scaled.In ? 1 / Math.Log(2) : Math.Log(2);
}
