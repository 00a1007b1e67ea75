using Microsoft.ML.VideoMamba.Kernels.Autograd;
using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Normalization;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>A layer's norm with the residual add and drop path ahead of it, from float32 streams to the mixer's type.</summary>
/// <param name="Weight">Scale, (embed).</param>
/// <param name="Bias">Shift, (embed), or null.</param>
/// <param name="Scale">Drop path's factor of each sequence, (batch), or null.</param>
/// <param name="Options">The layer's options.</param>
/// <param name="Shape">The mixer's sizes.</param>
internal readonly record struct BlockNorm(Tensor Weight, Tensor? Bias, Tensor? Scale, BlockOptions Options, MixerShape Shape)
{
    private CudaNorm Kernels => CudaNorm.Get(CudaDevice.Of(Weight), Shape.Embed, Shape.Float32, Options.Centred);

    private ScalarType Type => Shape.Float32 ? ScalarType.Float32 : ScalarType.BFloat16;

    /// <summary>The norm of scale hidden + residual.</summary>
    /// <param name="hidden">(batch, length, embed) in the mixer's type, or null for nothing.</param>
    /// <param name="residual">The same, float32.</param>
    /// <param name="sum">Receives the sum, or null.</param>
    /// <returns>(batch, length, embed) in the mixer's type.</returns>
    public Tensor Forward(Tensor? hidden, Tensor residual, Tensor? sum)
    {
        var normed = empty(residual.shape, Type, residual.device);
        Kernels.Forward(new NormForwardArguments
        {
            X = DeviceMemory.Address(hidden),
            Residual = DeviceMemory.Address(residual),
            Scale = DeviceMemory.Address(Scale),
            W = DeviceMemory.Address(Weight),
            B = DeviceMemory.Address(Bias),
            Y = DeviceMemory.Address(normed),
            S = DeviceMemory.Address(sum),
            Rows = Shape.Tokens,
            ResidualRows = Shape.Tokens,
            XStep = 1,
            SStep = 1,
            RowsPerClip = Shape.Length,
            Epsilon = (float)Options.Epsilon,
        });
        return normed;
    }

    /// <summary>The gradients.</summary>
    /// <param name="sum">The sum, float32.</param>
    /// <param name="dNormed">Gradient of the norm, in the mixer's type.</param>
    /// <param name="dSum">Gradient of the sum as an output, or null for zero.</param>
    /// <param name="withHidden">Whether there was a hidden.</param>
    /// <param name="hidden">What was added, for <paramref name="before"/>, or null.</param>
    /// <param name="before">Receives the residual, which may lie in the place of <paramref name="sum"/>, or null.</param>
    /// <param name="parameters">Takes the gradients of the weight and, where there is one, of the bias.</param>
    /// <param name="first">The weight's place among the parameters.</param>
    /// <returns>Gradients of hidden (null without) and residual.</returns>
    public (Tensor? Hidden, Tensor Residual) Backward(
        Tensor sum, Tensor dNormed, Tensor? dSum, bool withHidden, Tensor? hidden, Tensor? before, ParameterGradients parameters, int first)
    {
        int parts = Kernels.PartialSums(Shape.Tokens), embed = Shape.Embed;
        Tensor? dHidden = withHidden ? empty_like(dNormed) : null;
        var dResidual = empty_like(sum);
        var partial = empty([2, parts, embed], ScalarType.Float32, sum.device);
        Kernels.Backward(new NormBackwardArguments
        {
            S = DeviceMemory.Address(sum),
            Dy = DeviceMemory.Address(dNormed),
            DSIn = DeviceMemory.Address(dSum),
            Scale = DeviceMemory.Address(Scale),
            W = DeviceMemory.Address(Weight),
            X = DeviceMemory.Address(hidden),
            Before = DeviceMemory.Address(before),
            DX = DeviceMemory.Address(dHidden),
            DS = DeviceMemory.Address(dResidual),
            DW = DeviceMemory.Address(partial),
            DB = DeviceMemory.Address(partial, (long)parts * embed),
            Rows = Shape.Tokens,
            RowsPerClip = Shape.Length,
            Epsilon = (float)Options.Epsilon,
        });
        parameters.Sums.Add(partial, parameters.PlaceOf(first, ScalarType.Float32, embed), new GradientLayout(1, parts, embed));
        if (Bias is not null) parameters.Sums.Add(partial, parameters.PlaceOf(first + 1, ScalarType.Float32, embed), new GradientLayout(1, parts, embed) { From = (long)parts * embed });
        return (dHidden, dResidual);
    }
}
