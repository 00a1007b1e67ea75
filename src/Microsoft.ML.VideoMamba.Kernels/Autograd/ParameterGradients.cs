using Microsoft.ML.VideoMamba.Kernels.Cuda;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Autograd;

/// <summary>
/// A backward pass' gradients of parameters: each goes into its optimiser's memory, if that is open (<see cref="GradientBlocks"/>), else into a tensor for torch.
/// Most are sums of what kernels leave, and all sums are one launch.
/// </summary>
/// <param name="parameters">The parameters' addresses in the order of the function's inputs, 0 for those without a gradient.</param>
/// <param name="device">What they are on.</param>
internal sealed class ParameterGradients(IReadOnlyList<nint> parameters, Device device)
{
    private readonly Tensor?[] _tensors = new Tensor?[parameters.Count];

    /// <summary>Collects what gradients are summed from, until they are launched.</summary>
    public GradientSums Sums { get; private set; } = new();

    /// <summary>For torch, in the order of the parameters: null for what is in an optimiser's memory.</summary>
    public IReadOnlyList<Tensor?> Tensors => _tensors;

    /// <summary>The addresses of those inputs that get a gradient. One that comes twice has none: its gradients are torch's to add up.</summary>
    public static nint[] AddressesOf(IEnumerable<Tensor?> inputs)
    {
        nint[] addresses = [.. inputs.Select(input => input is { requires_grad: true } ? DeviceMemory.Address(input) : 0)];
        return [.. addresses.Select(address => addresses.Count(other => other == address) == 1 ? address : 0)];
    }

    /// <summary>The place of a parameter's gradient. Asked for again it is one to add to.</summary>
    /// <param name="parameter">Its place in the order.</param>
    /// <param name="type">Its type, where the place is a tensor.</param>
    /// <param name="shape">Its shape.</param>
    public GradientPlace PlaceOf(int parameter, ScalarType type, params ReadOnlySpan<long> shape)
    {
        if (GradientBlocks.PlaceOf(parameters[parameter]) is { } place) return place;
        bool again = _tensors[parameter] is not null;
        var tensor = _tensors[parameter] ??= empty(shape.ToArray(), type, device);
        return new GradientPlace(DeviceMemory.Address(tensor), tensor.dtype == ScalarType.Float32, Adds: again);
    }

    /// <summary>Computes the sums that were collected.</summary>
    public void LaunchSums()
    {
        Sums.Launch(CudaDevice.Get(device.index));
        Sums = new();
    }
}
