using Microsoft.ML.VideoMamba.Kernels.Inference;
using Microsoft.ML.VideoMamba.Kernels.Normalization;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>
/// A layer of the network as one operation on a CUDA device: add to the residual stream (through drop path), norm, mix. Of a layer the graph keeps the stream, or
/// what was added to it (<see cref="StreamHandover"/>), and, unless asked otherwise, the mixer's expansion and selection; all else is computed again.
/// </summary>
public static class FusedBlock
{
    /// <summary>Whether <see cref="Run"/> takes these.</summary>
    /// <param name="hidden">What is added, (batch, length, embed_dim), or null.</param>
    /// <param name="residual">The stream that it is added to, or null.</param>
    /// <param name="norm">What the norm learnt.</param>
    /// <param name="mixer">What the mixer learnt.</param>
    public static bool Takes(Tensor? hidden, Tensor? residual, NormParameters norm, MixerParameters mixer)
    {
        ArgumentNullException.ThrowIfNull(norm);
        ArgumentNullException.ThrowIfNull(mixer);
        return residual is { dtype: ScalarType.Float32 } && norm.Weight.dtype == ScalarType.Float32 && norm.Bias is null or { dtype: ScalarType.Float32 }
            && residual.shape[^1] <= CudaNorm.MostChannels && (hidden is null || hidden.dtype == mixer.InProj.dtype)
            && FusedMixer.TakesOn(residual.device, mixer.InProj.dtype, mixer);
    }

    /// <summary>Adds, norms and mixes, differentiably.</summary>
    /// <param name="hidden">What is added, (batch, length, embed_dim), in the mixer's type; null for nothing.</param>
    /// <param name="residual">The stream that it is added to, of the same shape, float32.</param>
    /// <param name="scale">A factor of each sequence's <paramref name="hidden"/>, (batch) float32: drop path's 0 or 1 / (1 - rate); null for 1.</param>
    /// <param name="norm">What the norm learnt.</param>
    /// <param name="epsilon">Added inside the norm's root.</param>
    /// <param name="mixer">What the mixer learnt.</param>
    /// <param name="keepLeast">Whether the backward pass computes expansion and selection again too, for less memory.</param>
    /// <param name="stream">Whether the graph keeps the sum, or the layers' backward passes hand it on.</param>
    /// <returns>The mixer's result, in its type, and the sum, float32.</returns>
    /// <exception cref="ArgumentException"><see cref="Takes"/> says no.</exception>
    public static (Tensor Output, Tensor Sum) Run(
        Tensor? hidden, Tensor residual, Tensor? scale, NormParameters norm, double epsilon, MixerParameters mixer, bool keepLeast = false,
        StreamHandover stream = default) => RunInSlices(hidden, residual, scale, norm, epsilon, mixer, keepLeast, stream, slices: null);

    /// <summary>The same with a number of parts that a backward pass that keeps the least goes through the batch in; null for what suits a card.</summary>
    internal static (Tensor Output, Tensor Sum) RunInSlices(
        Tensor? hidden, Tensor residual, Tensor? scale, NormParameters norm, double epsilon, MixerParameters mixer, bool keepLeast, StreamHandover stream, int? slices)
    {
        ArgumentNullException.ThrowIfNull(residual);
        if (!Takes(hidden, residual, norm, mixer)) throw new ArgumentException($"The fused layer does not take {hidden?.dtype} beside {residual.dtype} on {residual.device} with these parameters: see {nameof(Takes)}.", nameof(residual));
        using var scope = NewDisposeScope();
        if (stream.Tape is null || hidden is not { requires_grad: true }) stream = stream with { Leaves = false };
        var options = new BlockOptions(epsilon, norm.Bias is not null, keepLeast, keepLeast ? slices ?? MixerShape.Of(residual, mixer).Slices : 1, stream with { Takes = stream is { Tape: not null, Takes: true } });
        Tensor?[] inputs = [hidden, residual, scale, norm.Weight, norm.Bias, .. mixer.Tensors];
        inputs = [.. inputs.Select(input => input?.contiguous())];
        if (is_grad_enabled() && inputs.Any(input => input is { requires_grad: true }))
        {
            var outputs = BlockFunction.apply([.. inputs, options]);
            var total = outputs.Count > 1 ? outputs[1] : residual.alias();
            return (outputs[0].MoveToOuterDisposeScope(), total.MoveToOuterDisposeScope());
        }

        var (pass, sum, _, _) = BlockFunction.Run(inputs, options);
        return (pass.Output.MoveToOuterDisposeScope(), sum.MoveToOuterDisposeScope());
    }
}
