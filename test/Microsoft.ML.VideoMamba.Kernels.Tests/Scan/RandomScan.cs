using Microsoft.ML.VideoMamba.Kernels.Scan;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Scan;

/// <summary>A scan with every operand, of values as a trained model has them, the same for the same seed. Lives in the caller's scope.</summary>
internal sealed class RandomScan
{
    private readonly Dictionary<string, Tensor?> _operands;

    public RandomScan(int seed, int batch, int length, int channels, int states, ScalarType type, bool optional = true)
    {
        using var generator = new Generator((ulong)seed);
        Tensor Normal(params long[] shape) => randn(shape, generator: generator);
        var a = -(arange(1, states + 1, ScalarType.Float32).expand(channels, states) * (Normal(channels, states) * 0.1).exp());
        _operands = new()
        {
            ["u"] = Normal(batch, length, channels).to_type(type),
            ["delta"] = (Normal(batch, length, channels) - 1).to_type(type),
            ["A"] = a,
            ["B"] = Normal(batch, length, states).to_type(type),
            ["C"] = Normal(batch, length, states).to_type(type),
            ["D"] = optional ? Normal(channels) : null,
            ["z"] = optional ? Normal(batch, length, channels).to_type(type) : null,
            ["deltaBias"] = optional ? Normal(channels) - 1 : null,
            ["initialState"] = optional ? Normal(batch, channels, states) : null,
        };
    }

    public bool Softplus { get; init; } = true;

    public SequenceDirection Direction { get; init; } = SequenceDirection.Forward;

    /// <summary>The operand of that name as the public entry spells it; null where the scan has none.</summary>
    public Tensor? this[string name]
    {
        get => _operands[name];
        set => _operands[name] = value;
    }

    public IEnumerable<string> Names => _operands.Keys.Where(name => _operands[name] is not null);

    public void RequireGradients()
    {
        foreach (string name in Names.ToList()) _operands[name] = _operands[name]!.detach().requires_grad_();
    }

    public ScanOutput Run(KernelFace face) => SelectiveScan.Run(
        this["u"]!, this["delta"]!, this["A"]!, this["B"]!, this["C"]!, this["D"], this["z"], this["deltaBias"], this["initialState"], Softplus, Direction, face);
}
