using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Inference;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Embedding;

/// <summary>
/// Clips to a network's first tokens as one operation on a CUDA device: patches, the product with their weight, bias, positions and class token. The graph keeps the
/// clips alone.
/// </summary>
public static class TokenEmbedding
{
    /// <summary>Whether <see cref="Run"/> takes these: on a card that the kernels run on, pixels float32 or bfloat16, and no gradient of them wanted.</summary>
    /// <param name="clips">(batch, colours[, frames], height, width).</param>
    /// <param name="parameters">What the embedding learnt.</param>
    public static bool Takes(Tensor clips, EmbeddingParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(clips);
        ArgumentNullException.ThrowIfNull(parameters);
        return clips.device_type == TorchSharp.DeviceType.CUDA
            && IsActivation(clips.dtype) && IsActivation(parameters.Weight.dtype)
            && !(clips.requires_grad && is_grad_enabled())
            && parameters.Tensors.Skip(1).All(tensor => tensor is null or { dtype: ScalarType.Float32 })
            && CudaSupport.IsAvailable(clips.device_index);
    }

    /// <summary>Embeds, differentiably in the parameters.</summary>
    /// <param name="clips">Normalised pixels, (batch, colours[, frames], height, width), of the grid's sizes.</param>
    /// <param name="grid">How they are cut.</param>
    /// <param name="parameters">What the embedding learnt, sizes as the grid has them.</param>
    /// <returns>
    /// (batch, 1 + positions, embed), float32: the class token with its position, then token 1 + t N + n of patch n (by rows) and temporal position t of a frame of N
    /// patches.
    /// </returns>
    /// <exception cref="ArgumentException"><see cref="Takes"/> says no, or sizes do not fit.</exception>
    public static Tensor Run(Tensor clips, PatchGrid grid, EmbeddingParameters parameters)
    {
        if (!Takes(clips, parameters)) throw new ArgumentException($"The fused embedding does not take {clips.dtype} on {clips.device} with these parameters: see {nameof(Takes)}.", nameof(clips));
        CheckSizes(clips, grid, parameters);
        using var scope = NewDisposeScope();
        var dense = clips.contiguous();
        Tensor?[] tensors = [.. parameters.Tensors.Select(tensor => tensor?.contiguous())];
        if (is_grad_enabled() && tensors.Any(tensor => tensor is { requires_grad: true }))
        {
            return TokenEmbeddingFunction.apply([dense, .. tensors, grid]).MoveToOuterDisposeScope();
        }

        return new CudaEmbedding(dense, grid, (int)parameters.Weight.shape[0], parameters.Weight.dtype).Forward(EmbeddingParameters.From(tensors)).MoveToOuterDisposeScope();
    }

    private static bool IsActivation(ScalarType type) => type is ScalarType.Float32 or ScalarType.BFloat16;

    private static void CheckSizes(Tensor clips, PatchGrid grid, EmbeddingParameters parameters)
    {
        long[] pixels = [grid.Colours, grid.Frames, grid.Height, grid.Width], shape = clips.shape;
        bool clipsFit = shape.Length is 4 or 5 && shape[0] >= 1 && (shape.Length == 5 ? shape.AsSpan(1).SequenceEqual(pixels) : grid.Frames == 1 && shape[1] == pixels[0] && shape.AsSpan(2).SequenceEqual(pixels.AsSpan(2)));
        if (!clipsFit) throw new ArgumentException($"The clips must be (1 or more, {string.Join(", ", pixels)}); they are ({string.Join(", ", shape)}).", nameof(clips));
        long embed = parameters.Weight.shape[0], patches = (long)grid.Rows * grid.Columns;
        Check(parameters.Weight, embed * grid.PatchSize, nameof(EmbeddingParameters.Weight));
        Check(parameters.Bias, embed, nameof(EmbeddingParameters.Bias));
        Check(parameters.ClassToken, embed, nameof(EmbeddingParameters.ClassToken));
        Check(parameters.Spatial, (1 + patches) * embed, nameof(EmbeddingParameters.Spatial));
        if (parameters.Temporal is not null) Check(parameters.Temporal, grid.Positions / patches * embed, nameof(EmbeddingParameters.Temporal));

        void Check(Tensor tensor, long numbers, string name)
        {
            bool there = tensor.device_type == clips.device_type && tensor.device_index == clips.device_index;
            if (tensor.numel() != numbers || !there) throw new ArgumentException($"{name} must have {numbers} numbers on {clips.device}; it has {tensor.numel()} on {tensor.device}.", nameof(parameters));
        }
    }
}
