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
    private readonly (nint Values, nint Gradients, long Bytes)[] _blocks;

    private GradientBlocks((Tensor Values, Tensor Gradients)[] tensors)
    {
        _tensors = tensors;
        _blocks = [.. tensors.Select(pair => (DeviceMemory.Address(pair.Values), DeviceMemory.Address(pair.Gradients), pair.Values.numel() * pair.Values.ElementSize))];
    }

    /// <summary>Opens blocks until the result is disposed, for every thread: torch runs backward passes on threads of its own.</summary>
    /// <param name="blocks">Parameters' values and, at the same places of a block of the same type and size, their gradients: both contiguous, on one device.</param>
    /// <exception cref="ArgumentException">A pair's types, sizes or devices differ.</exception>
    public static GradientBlocks Open(params ReadOnlySpan<(Tensor Values, Tensor Gradients)> blocks)
    {
        foreach (var (values, gradients) in blocks)
        {
            bool alike = values.dtype == gradients.dtype && values.numel() == gradients.numel() && values.device_type == gradients.device_type && values.device_index == gradients.device_index;
            if (!alike) throw new ArgumentException($"Values and gradients must be alike; they are {values.numel()} {values.dtype} on {values.device} and {gradients.numel()} {gradients.dtype} on {gradients.device}.", nameof(blocks));
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

    /// <summary>Where the gradient of the parameter at an address lies; 0 if that is in no open block.</summary>
    internal static nint PlaceOf(nint parameter)
    {
        if (parameter == 0) return 0;
        foreach (var opened in Volatile.Read(ref s_open))
        {
            foreach (var (values, gradients, bytes) in opened._blocks)
            {
                nint offset = parameter - values;
                if (offset >= 0 && offset < bytes) return gradients + offset;
            }
        }

        return 0;
    }
}
