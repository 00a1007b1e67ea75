using Microsoft.ML.VideoMamba.Kernels.Autograd;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Optimization;

/// <summary>
/// All parameters of a model in one block of memory, group after group, and all their gradients in another: each parameter and its gradient become views.
/// An optimiser's step, clipping and copies then take a few operations instead of a few for each of hundreds of parameters.
/// </summary>
/// <remarks>
/// Gradients are added in place, so they must be cleared by <see cref="ZeroGradients"/>, never by setting them to null. A parameter that a loss does not
/// reach keeps the gradient 0; it is still decayed. A model that computes in a narrower type runs on rounded copies (<see cref="RunOn"/>), while the
/// optimiser moves the float32 values.
/// </remarks>
public sealed class FlatParameters : IDisposable
{
    /// <summary>Elements that each view's start is a multiple of: 64 bytes, so that kernels read whole vectors.</summary>
    private const int Alignment = 16;

    private readonly Tensor[] _groupValues;
    private readonly List<(string Name, long Offset, long[] Shape)> _layout = [];
    private readonly List<(Parameter Value, long Offset)> _narrow = [];
    private Tensor? _narrowValues, _narrowGradients;

    /// <summary>Moves parameters into one block. Their values stay.</summary>
    /// <param name="groups">Parameters and their names, each once: float32 and on one device.</param>
    /// <exception cref="ArgumentException">There is none, one has another type or device, or one comes twice.</exception>
    public FlatParameters(IReadOnlyList<IReadOnlyList<(string Name, Parameter Value)>> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var all = groups.SelectMany(group => group).Select(named => named.Value).ToList();
        Check(all, nameof(groups));
        using var noGrad = no_grad();
        long size = all.Sum(parameter => Aligned(parameter.numel()));
        Values = zeros([size], ScalarType.Float32, all[0].device).DetachFromDisposeScope();
        Gradients = zeros_like(Values).DetachFromDisposeScope();
        _groupValues = new Tensor[groups.Count];
        long offset = 0;
        for (int i = 0; i < groups.Count; i++)
        {
            long start = offset;
            foreach (var (name, parameter) in groups[i])
            {
                _layout.Add((name, offset, parameter.shape));
                MoveIn(parameter, Values, Gradients, offset);
                offset += Aligned(parameter.numel());
            }

            _groupValues[i] = Values.narrow(0, start, offset - start).DetachFromDisposeScope();
        }
    }

    /// <summary>All values, (elements), float32. Elements between parameters are 0.</summary>
    public Tensor Values { get; }

    /// <summary>All gradients, (elements), float32.</summary>
    public Tensor Gradients { get; }

    /// <summary>The rounded copies of <see cref="RunOn"/>, laid out like <see cref="Values"/>; null where there are none.</summary>
    internal Tensor? RoundedValues => _narrowValues;

    /// <summary>The gradients of the rounded copies, laid out alike; null where there are none, and on a CUDA device.</summary>
    internal Tensor? RoundedGradients => _narrowGradients;

    /// <summary>Number of groups.</summary>
    public int Groups => _groupValues.Length;

    /// <summary>The values of one group, a view.</summary>
    /// <param name="group">From 0.</param>
    public Tensor GroupValues(int group) => _groupValues[group];

    /// <summary>What belongs to each parameter in a block that is laid out like <see cref="Values"/>: views in the parameters' shapes, by name.</summary>
    /// <param name="block">(elements): <see cref="Values"/>, <see cref="Gradients"/>, a snapshot, an optimiser's moment.</param>
    /// <exception cref="ArgumentException">The block has another size.</exception>
    public IReadOnlyDictionary<string, Tensor> Split(Tensor block)
    {
        ArgumentNullException.ThrowIfNull(block);
        if (block.dim() != 1 || block.shape[0] != Values.shape[0]) throw new ArgumentException($"The block must be ({Values.shape[0]}); it is ({string.Join(", ", block.shape)}).", nameof(block));
        return _layout.ToDictionary(part => part.Name, part => block.narrow(0, part.Offset, part.Shape.Aggregate(1L, (product, size) => product * size)).view(part.Shape));
    }

    /// <summary>
    /// Lets a model run on rounded copies of the values: those of its parameters that are of another type than float32 become views of a block of that type,
    /// which <see cref="Publish"/> fills, and their gradients are collected by <see cref="GatherGradients"/>. The others stay what they are.
    /// </summary>
    /// <remarks>Their gradients are in a block too, but on a CUDA device: there <see cref="Backward"/> needs none, and what torch makes of others is tensors of their own.</remarks>
    /// <param name="parameters">The model's parameters by the names given before; all that are not float32 must be of one type.</param>
    public void RunOn(IReadOnlyDictionary<string, Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var rounded = _layout.Where(part => parameters[part.Name].dtype != ScalarType.Float32).ToList();
        if (rounded.Count == 0) return;
        using var noGrad = no_grad();
        _narrowValues = Values.to(parameters[rounded[0].Name].dtype).DetachFromDisposeScope();
        if (_narrowValues.device_type != TorchSharp.DeviceType.CUDA) _narrowGradients = zeros_like(_narrowValues).DetachFromDisposeScope();
        foreach (var part in rounded)
        {
            MoveIn(parameters[part.Name], _narrowValues, _narrowGradients, part.Offset);
            _narrow.Add((parameters[part.Name], part.Offset));
        }
    }

    /// <summary>
    /// Computes a loss's gradients and adds them to those that are there: on a CUDA device past torch, which adds each parameter's in a launch of its own, and in float32,
    /// those of rounded copies too. Hooks on parameters see nothing of them.
    /// </summary>
    /// <param name="loss">A scalar with a graph.</param>
    public void Backward(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        using var open = _narrowValues is null ? GradientBlocks.Open((Values, Gradients)) : GradientBlocks.Open((Values, Gradients), (_narrowValues, Gradients));
        loss.backward();
    }

    /// <summary>Adds the gradients of rounded copies to <see cref="Gradients"/>. Nothing to do where there are none.</summary>
    public void GatherGradients()
    {
        if (_narrowValues is null) return;
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        if (_narrowGradients is not null)
        {
            Gradients.add_(_narrowGradients, TorchScalar.Of(1));
            _narrowGradients.zero_();
            return;
        }

        foreach (var (parameter, offset) in _narrow)
        {
            if (parameter.grad is not { } gradient) continue;
            Gradients.narrow(0, offset, gradient.numel()).view(gradient.shape).add_(gradient, TorchScalar.Of(1));
            parameter.grad = null;
        }
    }

    /// <summary>Gives the rounded copies the present values. Nothing to do where there are none.</summary>
    public void Publish()
    {
        if (_narrowValues is null) return;
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        _narrowValues.copy_(Values);
    }

    /// <summary>Sets all gradients to 0.</summary>
    public void ZeroGradients()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Gradients.zero_();
    }

    /// <summary>Scales the gradients down to a global norm: by min(1, maxNorm / (norm + 1e-6)).</summary>
    /// <param name="maxNorm">The largest norm that may stay, above 0; null scales nothing.</param>
    /// <returns>The global L2 norm before, a scalar on the parameters' device.</returns>
    public Tensor ClipGradients(double? maxNorm)
    {
        CheckNorm(maxNorm);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var norm = Gradients.norm();
        if (maxNorm is { } limit) Gradients.mul_(norm.add(TorchScalar.Of(1e-6), TorchScalar.Of(1)).reciprocal_().mul_(TorchScalar.Of(limit)).clamp_max_(TorchScalar.Of(1)));
        return norm.MoveToOuterDisposeScope();
    }

    /// <summary>A copy of all values in the processor's memory.</summary>
    public Tensor Snapshot()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return Values.detach().to(CPU, copy: true).MoveToOuterDisposeScope();
    }

    /// <summary>Sets all values, and the rounded copies, to those of a block.</summary>
    /// <param name="snapshot">What <see cref="Snapshot"/> gave, or a block laid out like it.</param>
    public void Restore(Tensor snapshot)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Values.copy_(snapshot);
        Publish();
    }

    /// <summary>Frees the blocks' own handles. The parameters stay usable: they hold the memory on.</summary>
    public void Dispose()
    {
        foreach (var view in _groupValues) view.Dispose();
        Values.Dispose();
        Gradients.Dispose();
        _narrowValues?.Dispose();
        _narrowGradients?.Dispose();
    }

    internal static void CheckNorm(double? maxNorm)
    {
        if (maxNorm is { } given && !(given > 0)) throw new ArgumentOutOfRangeException(nameof(maxNorm), maxNorm, "Must be above 0.");
    }

    private static void MoveIn(Parameter parameter, Tensor values, Tensor? gradients, long offset)
    {
        using var scope = NewDisposeScope();
        long size = parameter.numel();
        var view = values.narrow(0, offset, size).view(parameter.shape);
        view.copy_(parameter);
        parameter.set_(view);
        parameter.grad = gradients?.narrow(0, offset, size).view(parameter.shape);
    }

    private static long Aligned(long size) => (size + Alignment - 1) / Alignment * Alignment;

    private static void Check(List<Parameter> all, string name)
    {
        if (all.Count == 0) throw new ArgumentException("There is no parameter to train.", name);
        if (all.Distinct().Count() != all.Count) throw new ArgumentException("A parameter comes twice.", name);
        var wrong = all.FirstOrDefault(parameter => parameter.dtype != ScalarType.Float32 || parameter.device.ToString() != all[0].device.ToString());
        if (wrong is not null) throw new ArgumentException($"Parameters must be float32 on one device, {all[0].device}; one is {wrong.dtype} on {wrong.device}.", name);
    }
}
