using System.Text;

namespace Microsoft.ML.VideoMamba.Models.Tests.Checkpoints;

/// <summary>Writes pickles of protocol 2 operation by operation, as torch.save does and as nobody should.</summary>
internal sealed class PickleBuilder
{
    private readonly List<byte> _bytes = [];

    public PickleBuilder() => Raw(0x80, 2);

    public PickleBuilder Raw(params byte[] operations)
    {
        _bytes.AddRange(operations);
        return this;
    }

    public PickleBuilder Op(char operation) => Raw((byte)operation);

    public PickleBuilder Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        return Op('X').Raw(BitConverter.GetBytes(utf8.Length)).Raw(utf8);
    }

    /// <summary>An integer of 64 bits, as LONG1.</summary>
    public PickleBuilder Integer(long value) => Raw(0x8a, 8).Raw(BitConverter.GetBytes(value));

    public PickleBuilder Global(string module, string name) => Op('c').Raw(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    public PickleBuilder Tuple(IEnumerable<long> values)
    {
        Op('(');
        foreach (long value in values) Integer(value);
        return Op('t');
    }

    /// <summary>A tensor over a storage of its own entry.</summary>
    public PickleBuilder Tensor(string storageType, string key, long count, long offset, long[] sizes, long[] strides) =>
        Global("torch._utils", "_rebuild_tensor_v2").Op('(')
            .Op('(').Text("storage").Global("torch", storageType).Text(key).Text("cpu").Integer(count).Op('t').Op('Q')
            .Integer(offset).Tuple(sizes).Tuple(strides).Raw(0x89).Global("collections", "OrderedDict").Op(')').Op('R').Op('t').Op('R');

    public byte[] Stop()
    {
        Op('.');
        return [.. _bytes];
    }
}
