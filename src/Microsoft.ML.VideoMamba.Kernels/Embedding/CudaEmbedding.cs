using Microsoft.ML.VideoMamba.Kernels.Autograd;
using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Inference;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Embedding;

/// <summary>The embedding of clips on a card: three launches there, and four back, for which the patches are gathered again.</summary>
/// <param name="clips">(batch, colours[, frames], height, width), contiguous, float32 or bfloat16.</param>
/// <param name="grid">How they are cut.</param>
/// <param name="embed">Width of a token.</param>
/// <param name="type">The activations' type.</param>
internal sealed class CudaEmbedding(Tensor clips, PatchGrid grid, int embed, ScalarType type)
{
    private const int Threads = 256, Width = 4;

    /// <summary>Elements of the weight's partial gradients: cut so that they occupy the card.</summary>
    private const int MostElements = 2 * 1024 * 1024;

    private const int Weight = 0, Bias = 1, ClassToken = 2, Spatial = 3, Temporal = 4;

    private readonly CudaDevice _device = CudaDevice.Of(clips);
    private readonly int _batch = (int)clips.shape[0], _positions = grid.Positions, _pixels = grid.PatchSize, _patches = grid.Rows * grid.Columns, _length = 1 + grid.Positions;
    private readonly bool _float32 = type == ScalarType.Float32;

    private int AtOnce => embed % Width == 0 ? Width : 1;

    private long NumbersOfClip => (long)_length * embed;

    private Grid Blocks => new(Grid.Cover(NumbersOfClip, Threads * AtOnce));

    private KernelSource Source => new("embed_tokens.cu", ("F32", _float32 ? 1 : 0), ("WIDTH", AtOnce));

    /// <summary>Embeds.</summary>
    /// <param name="parameters">Contiguous.</param>
    /// <returns>(batch, 1 + positions, embed), float32.</returns>
    public Tensor Forward(EmbeddingParameters parameters)
    {
        using var rows = GatherPatches();
        var tokens = empty([_batch, _length, embed], ScalarType.Float32, clips.device);
        _device.Kernel<EmbedTokensArguments>(Source, "embed_tokens").Launch(
            new EmbedTokensArguments
            {
                ClassToken = DeviceMemory.Address(parameters.ClassToken),
                Spatial = DeviceMemory.Address(parameters.Spatial),
                Temporal = DeviceMemory.Address(parameters.Temporal),
                Bias = DeviceMemory.Address(parameters.Bias),
                Tokens = DeviceMemory.Address(tokens),
                Total = NumbersOfClip,
                Batch = _batch,
                Channels = embed,
                Patches = _patches,
            },
            Blocks, Threads);
        using var loan = CudaBlas.Borrow(_device);
        loan.Blas.Multiply(
            Matrix(rows, _pixels, (long)_positions * _pixels), Matrix(parameters.Weight, _pixels).T, new Matrix(DeviceMemory.Address(tokens, embed), embed, Float32: true, NumbersOfClip),
            _positions, embed, _pixels, _batch, beta: 1);
        GC.KeepAlive(parameters);
        return tokens;
    }

    /// <summary>Computes the gradients of the parameters, in the order of <see cref="EmbeddingParameters.Tensors"/>; they are there once the sums are launched.</summary>
    /// <param name="gradient">Of the tokens, contiguous.</param>
    /// <param name="parameters">Takes them.</param>
    /// <param name="shapes">The parameters' shapes; null for one that is absent.</param>
    public void Backward(Tensor gradient, ParameterGradients parameters, IReadOnlyList<long[]?> shapes)
    {
        using var rows = GatherPatches();
        using var dRows = empty([_batch, _positions, embed], type, clips.device);
        var sums = empty([_length, embed], ScalarType.Float32, clips.device);
        _device.Kernel<EmbedGradientsArguments>(Source, "embed_gradients").Launch(
            new EmbedGradientsArguments
            {
                Gradient = DeviceMemory.Address(gradient),
                Rows = DeviceMemory.Address(dRows),
                Sums = DeviceMemory.Address(sums),
                Total = NumbersOfClip,
                Batch = _batch,
                Channels = embed,
            },
            Blocks, Threads);
        SumWeight(rows, dRows, parameters, shapes[Weight]!);
        SumPositions(sums, parameters, shapes);
    }

    private void SumWeight(Tensor rows, Tensor dRows, ParameterGradients parameters, long[] shape)
    {
        int all = checked(_batch * _positions), pieces = TokenPieces.Of(all, MostElements / (embed * _pixels)), piece = all / pieces;
        var apart = empty([pieces, embed, _pixels], ScalarType.Float32, clips.device);
        using var loan = CudaBlas.Borrow(_device);
        loan.Blas.Multiply(
            Matrix(dRows, embed, (long)piece * embed).T, Matrix(rows, _pixels, (long)piece * _pixels), new Matrix(DeviceMemory.Address(apart), _pixels, Float32: true, (long)embed * _pixels),
            embed, _pixels, piece, pieces);
        parameters.Sums.Add(apart, parameters.PlaceOf(Weight, type, shape), new GradientLayout(1, pieces, embed * _pixels));
    }

    private void SumPositions(Tensor sums, ParameterGradients parameters, IReadOnlyList<long[]?> shapes)
    {
        int temporal = _positions / _patches;
        var classToken = new GradientLayout(1, 1, embed);
        parameters.Sums.Add(sums, Place(Bias), new GradientLayout(1, _positions, embed) { From = embed });
        parameters.Sums.Add(sums, Place(ClassToken), classToken);
        var spatial = Place(Spatial);
        parameters.Sums.Add(sums, spatial, classToken);
        parameters.Sums.Add(sums, spatial, new GradientLayout(1, temporal, _patches * embed) { From = embed, To = embed });
        if (shapes[Temporal] is not null) parameters.Sums.Add(sums, Place(Temporal), new GradientLayout(temporal, _patches, embed) { From = embed });

        GradientPlace Place(int parameter) => parameters.PlaceOf(parameter, ScalarType.Float32, shapes[parameter]!);
    }

    private Tensor GatherPatches()
    {
        var rows = empty([_batch, _positions, _pixels], type, clips.device);
        CudaPatches.Get(_device, grid, _float32).Gather(clips, DeviceMemory.Address(rows));
        return rows;
    }

    private Matrix Matrix(Tensor tensor, int row, long batch = 0) => new(DeviceMemory.Address(tensor), row, _float32, batch);
}
