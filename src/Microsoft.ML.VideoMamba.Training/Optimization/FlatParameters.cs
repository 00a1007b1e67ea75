using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Optimization;

/// <summary>
/// All parameters of a model in one block of memory, group after group, and all their gradients in another: each parameter and its gradient become views.
/// An optimiser's step, clipping and copies then take a few operations instead of a few for each of hundreds of parameters.
/// </summary>
/// <remarks>
/// Gradients are added in place, so they must be cleared by <see cref="ZeroGradients"/>, never by setting them to null. A parameter that a loss does not
/// reach keeps the gradient 0; it is still decayed.
/// </remarks>
public sealed class FlatParameters : IDisposable
{
    /// <summary>Elements that each view's start is a multiple of: 64 bytes, so that kernels read whole vectors.</summary>
    private const int Alignment = 16;

    private readonly Tensor[] _groupValues;
    private readonly List<(string Name, long Offset, long[] Shape)> _layout = [];

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
                offset = MoveIn(parameter, offset);
            }

            _groupValues[i] = Values.narrow(0, start, offset - start).DetachFromDisposeScope();
        }
    }

    /// <summary>All values, (elements), float32. Elements between parameters are 0.</summary>
    public Tensor Values { get; }

    /// <summary>All gradients, (elements), float32.</summary>
    public Tensor Gradients { get; }

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

    /// <summary>Sets all gradients to 0.</summary>
    public void ZeroGradients()
    {
        using var noGrad = no_grad();
        Gradients.zero_();
    }

    /// <summary>Scales the gradients down to a global norm: by min(1, maxNorm / (norm + 1e-6)).</summary>
    /// <param name="maxNorm">The largest norm that may stay, above 0; null scales nothing.</param>
    /// <returns>The global L2 norm before, a scalar on the parameters' device.</returns>
    public Tensor ClipGradients(double? maxNorm)
    {
        if (maxNorm is { } given && !(given > 0)) throw new ArgumentOutOfRangeException(nameof(maxNorm), maxNorm, "Must be above 0.");
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var norm = Gradients.norm();
        if (maxNorm is { } limit) Gradients.mul_((limit / (norm + 1e-6)).clamp_(max: 1));
        return norm.MoveToOuterDisposeScope();
    }

    /// <summary>A copy of all values in the processor's memory.</summary>
    public Tensor Snapshot()
    {
        using var noGrad = no_grad();
        return Values.detach().to(CPU, copy: true);
    }

    /// <summary>Sets all values to those of a snapshot.</summary>
    /// <param name="snapshot">What <see cref="Snapshot"/> gave.</param>
    public void Restore(Tensor snapshot)
    {
        using var noGrad = no_grad();
        Values.copy_(snapshot);
    }

    /// <summary>Frees the blocks' own handles. The parameters stay usable: they hold the memory on.</summary>
    public void Dispose()
    {
        foreach (var view in _groupValues) view.Dispose();
        Values.Dispose();
        Gradients.Dispose();
    }

    private long MoveIn(Parameter parameter, long offset)
    {
        using var scope = NewDisposeScope();
        long size = parameter.numel();
        var values = Values.narrow(0, offset, size).view(parameter.shape);
        values.copy_(parameter);
        parameter.set_(values);
        parameter.grad = Gradients.narrow(0, offset, size).view(parameter.shape);
        return offset + Aligned(size);
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
