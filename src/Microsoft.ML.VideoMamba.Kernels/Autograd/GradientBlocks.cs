using System.Collections.Immutable;
using Microsoft.ML.VideoMamba.Kernels.Cuda;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Autograd;

/// <summary>
/// Blocks that an optimiser keeps parameters and their gradients in. While they are open, backward passes on a card add those parameters' gradients to the blocks
/// themselves, and hand torch none: it would add them one by one, in a launch each.
/// </summary>
/// <remarks>
/// For the backward pass of the blocks' owner alone: hooks on the parameters see nothing of these gradients, and <c>autograd.grad</c> would find none. Outside of it
/// the same graph gives gradients as any other does.
/// </remarks>
public sealed class GradientBlocks : IDisposable
{
    private static ImmutableList<GradientBlocks> s_open = [];

    private readonly (Tensor Values, Tensor Gradients)[] _tensors;
    private readonly Block[] _blocks;

    private GradientBlocks((Tensor Values, Tensor Gradients)[] tensors)
    {
        _tensors = tensors;
        _blocks = [.. tensors.Select(pair => new Block(
            DeviceMemory.Address(pair.Values), pair.Values.numel(), pair.Values.ElementSize, new GradientPlace(DeviceMemory.Address(pair.Gradients), pair.Gradients.dtype == ScalarType.Float32, Adds: true)))];
    }

    /// <summary>Opens blocks until the result is disposed, for every thread: torch runs backward passes on threads of its own.</summary>
    /// <param name="blocks">
    /// Parameters' values and, at the same places of a block of the same size, their gradients: both contiguous, on one device, each float32 or bfloat16. Gradients of
    /// bfloat16 values may be float32, which spares them a rounding.
    /// </param>
    /// <exception cref="ArgumentException">A pair's sizes or devices differ, or a type is another.</exception>
    public static GradientBlocks Open(params ReadOnlySpan<(Tensor Values, Tensor Gradients)> blocks)
    {
        foreach (var (values, gradients) in blocks)
        {
            bool fit = IsFloat(values) && IsFloat(gradients) && values.numel() == gradients.numel() && values.device_type == gradients.device_type && values.device_index == gradients.device_index;
            if (!fit) throw new ArgumentException($"Values and gradients must be as many float32 or bfloat16 numbers on one device; they are {values.numel()} {values.dtype} on {values.device} and {gradients.numel()} {gradients.dtype} on {gradients.device}.", nameof(blocks));
        }

        var opened = new GradientBlocks(blocks.ToArray());
        ImmutableInterlocked.Update(ref s_open, open => open.Add(opened));
        return opened;
    }

    /// <summary>Closes them.</summary>
    public void Dispose()
    {
        ImmutableInterlocked.Update(ref s_open, open => open.Remove(this));
        GC.KeepAlive(_tensors);
    }

    /// <summary>The place of the gradient of the parameter at an address; null if that is in no open block.</summary>
    internal static GradientPlace? PlaceOf(nint parameter)
    {
        foreach (var opened in Volatile.Read(ref s_open))
        {
            foreach (var block in opened._blocks)
            {
                if (block.PlaceOf(parameter) is { } place) return place;
            }
        }

        return null;
    }

    private static bool IsFloat(Tensor tensor) => tensor.dtype is ScalarType.Float32 or ScalarType.BFloat16;

    private readonly record struct Block(nint Values, long Count, long ElementSize, GradientPlace Gradients)
    {
        public GradientPlace? PlaceOf(nint parameter)
        {
            long offset = parameter - Values;
            return offset >= 0 && offset < Count * ElementSize ? Gradients.From(offset / ElementSize) : null;
        }
    }
}
