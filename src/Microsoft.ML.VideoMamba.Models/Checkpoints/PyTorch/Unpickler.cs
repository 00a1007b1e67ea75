using System.Numerics;
using System.Text;

namespace Microsoft.ML.VideoMamba.Models.Checkpoints.PyTorch;

/// <summary>
/// Reads the pickles that torch.save writes (protocols 2 to 5) without running anything: a machine of stack, marks and memo whose only objects are tensors'
/// descriptions, storages' references, numbers, strings, bytes, lists, dictionaries and <see cref="PickledOpaque"/>. A name outside
/// <see cref="PickledGlobal"/>'s table, and a call other than those, is refused by its name. It does not recurse, so nesting costs no stack, and every
/// limit is checked before the memory that it guards is taken.
/// </summary>
/// <remarks>Source: CPython's Lib/pickletools.py (opcodes); torch/_utils.py, torch/serialization.py (what the calls and references mean).</remarks>
internal sealed class Unpickler(PickleStream input, long maxTensorBytes)
{
    private const int MaxOperations = 4_000_000;
    private const int MaxStringBytes = 1 << 20;
    private const int MaxIntegerBytes = 256;
    private const int MaxKeyLength = 32;

    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = [];
    private readonly Dictionary<long, object?> _memo = [];
    private readonly Dictionary<string, PickledStorage> _storages = new(StringComparer.Ordinal);
    private long _operations;
    private long _tensorBytes;

    /// <summary>Every storage that the pickle referred to, by key.</summary>
    public IReadOnlyDictionary<string, PickledStorage> Storages => _storages;

    /// <summary>Reads one pickle, up to and with its end mark.</summary>
    public object? Read()
    {
        while (true)
        {
            Spend(1);
            byte code = input.ReadByte();
            if (code == '.') return Pop();
            if (!PushScalar(code) && !PushText(code) && !Collect(code) && !Remember(code)) Refer(code);
        }
    }

    /// <summary>Every operation, and every item that one copies, counts: a short pickle could copy a long list again and again.</summary>
    private void Spend(int operations)
    {
        _operations += operations;
        if (_operations > MaxOperations) throw input.Refuse($"has more than {MaxOperations} operations");
    }

    private bool PushScalar(byte code)
    {
        switch (code)
        {
            case (byte)'N': return Push(null);
            case 0x88: return Push(true);
            case 0x89: return Push(false);
            case (byte)'J': return Push((long)input.ReadInt32());
            case (byte)'K': return Push((long)input.ReadByte());
            case (byte)'M': return Push((long)input.ReadUInt16());
            case 0x8a: return PushInteger(input.ReadByte());
            case 0x8b: return PushInteger(input.ReadUInt32());
            case (byte)'G': return Push(input.ReadDouble());
            default: return false;
        }
    }

    private bool PushText(byte code)
    {
        switch (code)
        {
            case (byte)'X': return Push(Text(input.ReadUInt32()));
            case 0x8c: return Push(Text(input.ReadByte()));
            case 0x8d: return Push(Text(input.ReadUInt64()));
            case (byte)'U': return Push(Encoding.Latin1.GetString(Bytes(input.ReadByte())));
            case (byte)'T': return Push(Encoding.Latin1.GetString(Bytes(input.ReadUInt32())));
            case (byte)'C': return Push(Bytes(input.ReadByte()));
            case (byte)'B': return Push(Bytes(input.ReadUInt32()));
            case 0x8e or 0x96: return Push(Bytes(input.ReadUInt64()));
            default: return false;
        }
    }

    private bool Collect(byte code)
    {
        switch (code)
        {
            case (byte)'(': _marks.Push(_stack.Count); return true;
            case (byte)'1': PopToMark(); return true;
            case (byte)'0': Pop(); return true;
            case (byte)']' or 0x8f: return Push(new List<object?>());
            case (byte)')': return Push(Array.Empty<object?>());
            case (byte)'}': return Push(new PickledDictionary());
            case (byte)'l' or 0x91: return Push(PopToMark().ToList());
            case (byte)'t': return Push(PopToMark());
            case 0x85: return Push(PopTuple(1));
            case 0x86: return Push(PopTuple(2));
            case 0x87: return Push(PopTuple(3));
            case (byte)'d': return Push(Extend(new PickledDictionary(), PopToMark()));
            case (byte)'a': Extend([Pop()]); return true;
            case (byte)'e' or 0x90: Extend(PopToMark()); return true;
            case (byte)'s': Set(PopTuple(2)); return true;
            case (byte)'u': Set(PopToMark()); return true;
            default: return false;
        }
    }

    private bool Remember(byte code)
    {
        switch (code)
        {
            case 0x80: CheckProtocol(input.ReadByte()); return true;
            case 0x95: input.ReadUInt64(); return true;
            case (byte)'2': return Push(Peek());
            case (byte)'q': _memo[input.ReadByte()] = Peek(); return true;
            case (byte)'r': _memo[input.ReadUInt32()] = Peek(); return true;
            case 0x94: _memo[_memo.Count] = Peek(); return true;
            case (byte)'h': return Push(Recall(input.ReadByte()));
            case (byte)'j': return Push(Recall(input.ReadUInt32()));
            default: return false;
        }
    }

    private void Refer(byte code)
    {
        switch (code)
        {
            case (byte)'c': Push(Global(Encoding.UTF8.GetString(input.ReadLine()), Encoding.UTF8.GetString(input.ReadLine()))); return;
            case 0x93: Push(PopTuple(2) is [string module, string name] ? Global(module, name) : throw input.Refuse("refers to something by other than a name")); return;
            case (byte)'Q': Push(Storage(Pop())); return;
            case (byte)'R': Push(Call(PopTuple(2))); return;
            case 0x81: Push(Create(PopTuple(2))); return;
            case (byte)'b': Build(); return;
            default: throw input.Refuse($"has an operation 0x{code:x2} at {input.Position - 1} that torch.save does not write");
        }
    }

    private void CheckProtocol(byte protocol)
    {
        if (protocol is < 2 or > 5) throw input.Refuse($"is of protocol {protocol}; 2 to 5 are read");
    }

    private PickledGlobal Global(string module, string name) =>
        PickledGlobal.Find(module, name) ?? throw input.Refuse($"refers to {Printable(module)}.{Printable(name)}, which is neither a tensor nor a plain container: refused, nothing of it was run");

    /// <summary>('storage', type, key, location, element count[, view metadata: always None]).</summary>
    private PickledStorage Storage(object? reference)
    {
        if (reference is not object?[] { Length: 5 or 6 } parts
            || parts is not ["storage", PickledGlobal { Element: { } type }, string key, string, long count, ..]
            || (parts.Length == 6 && parts[5] is not null))
        {
            throw input.Refuse("refers to a storage in an unknown form");
        }

        if (key.Length is 0 or > MaxKeyLength || !key.All(char.IsAsciiDigit)) throw input.Refuse($"refers to a storage by the key '{Printable(key)}', which is not a number");
        if (count < 0 || count > long.MaxValue / type.Size) throw input.Refuse($"refers to a storage {key} of {count} elements");
        var storage = new PickledStorage(key, type, count);
        if (_storages.TryAdd(key, storage)) return storage;
        return _storages[key] == storage ? _storages[key] : throw input.Refuse($"describes storage {key} in two ways");
    }

    private object? Call(object?[] call)
    {
        if (call is not [PickledGlobal global, object?[] arguments]) throw input.Refuse("calls something that is not a name");
        switch (global.Meaning)
        {
            case PickledGlobal.Role.Tensor: return Tensor(arguments);
            case PickledGlobal.Role.Parameter when arguments is [PickledTensor tensor, ..]: return tensor;
            case PickledGlobal.Role.Dictionary when arguments is []: return new PickledDictionary();
            case PickledGlobal.Role.Dictionary when arguments is [List<object?> pairs]: return FromPairs(pairs);
            case PickledGlobal.Role.Sequence when arguments is []: return new List<object?>();
            case PickledGlobal.Role.Sequence when arguments is [List<object?> items]: return items;
            case PickledGlobal.Role.Sequence when arguments is [object?[] items]: return items;
            default: throw input.Refuse($"calls {global.Name} in a way that torch.save does not write");
        }
    }

    private PickledTensor Tensor(object?[] arguments)
    {
        if (arguments is not [PickledStorage storage, long offset, object?[] size, object?[] stride, ..]
            || Longs(size) is not { } sizes
            || Longs(stride) is not { } strides)
        {
            throw input.Refuse($"describes a tensor by other than a storage, an offset, at most {TensorLayout.MaxRank} sizes and as many strides of 64 bits");
        }

        var layout = TensorLayout.Create(offset, sizes, strides, out string reason) ?? throw input.Refuse($"describes a tensor of {reason}");
        if (!layout.FitsIn(storage.Count)) throw input.Refuse($"describes a tensor of {layout.Span} elements from {offset} in storage {storage.Key}, which has {storage.Count}");
        _tensorBytes += layout.Count * storage.Type.Size;
        if (_tensorBytes > maxTensorBytes) throw input.Refuse($"describes tensors of {_tensorBytes} bytes, far more than the file holds");
        return new PickledTensor(storage, sizes, layout);
    }

    private static PickledOpaque? OpaqueOf(object? value) => value is PickledGlobal { Meaning: PickledGlobal.Role.Opaque } ? PickledOpaque.Instance : null;

    private object Create(object?[] creation)
    {
        if (OpaqueOf(creation[0]) is { } opaque) return opaque;
        if (creation is [PickledGlobal { Meaning: PickledGlobal.Role.Dictionary }, object?[] and []]) return new PickledDictionary();
        throw input.Refuse(creation[0] is PickledGlobal global ? $"creates {global.Name} in a way that torch.save does not write" : "creates something that is not a name");
    }

    /// <summary>An object's attributes: a state dict's <c>_metadata</c> and whatever an opaque object has are of no use here.</summary>
    private void Build()
    {
        Pop();
        if (Peek() is not (PickledDictionary or PickledOpaque)) throw input.Refuse("sets attributes of something that has none");
    }

    private PickledDictionary FromPairs(List<object?> pairs)
    {
        Spend(pairs.Count);
        var dictionary = new PickledDictionary();
        foreach (object? pair in pairs)
        {
            Extend(dictionary, pair switch
            {
                object?[] { Length: 2 } items => items,
                List<object?> { Count: 2 } items => [.. items],
                _ => throw input.Refuse("has a dictionary of other than pairs"),
            });
        }

        return dictionary;
    }

    private PickledDictionary Extend(PickledDictionary dictionary, object?[] keysAndValues)
    {
        if (keysAndValues.Length % 2 != 0) throw input.Refuse("has a key without a value");
        for (int i = 0; i < keysAndValues.Length; i += 2) dictionary.Items.Add(new(keysAndValues[i], keysAndValues[i + 1]));
        return dictionary;
    }

    private void Set(object?[] keysAndValues) =>
        Extend(Peek() as PickledDictionary ?? throw input.Refuse("sets items of something that is not a dictionary"), keysAndValues);

    private void Extend(object?[] items) =>
        (Peek() as List<object?> ?? throw input.Refuse("appends to something that is not a list")).AddRange(items);

    private bool Push(object? value)
    {
        _stack.Add(value);
        return true;
    }

    private object? Peek() => _stack.Count > Floor ? _stack[^1] : throw input.Refuse("takes a value from an empty stack");

    private object? Pop()
    {
        object? value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] PopTuple(int count)
    {
        if (_stack.Count - Floor < count) throw input.Refuse("takes a value from an empty stack");
        return PopFrom(_stack.Count - count);
    }

    private object?[] PopToMark() => _marks.TryPop(out int mark) ? PopFrom(mark) : throw input.Refuse("goes back to a mark that was never set");

    private object?[] PopFrom(int index)
    {
        object?[] items = [.. _stack[index..]];
        _stack.RemoveRange(index, items.Length);
        return items;
    }

    private int Floor => _marks.TryPeek(out int mark) ? mark : 0;

    private object? Recall(long index) => _memo.TryGetValue(index, out object? value) ? value : throw input.Refuse($"recalls value {index}, which was never stored");

    private string Text(ulong length) => Encoding.UTF8.GetString(Bytes(length));

    private byte[] Bytes(ulong length) => input.ReadBytes(length, MaxStringBytes);

    /// <summary>A long where it fits into one, as nearly always; else a BigInteger, which nothing takes for a size.</summary>
    private bool PushInteger(ulong length)
    {
        var value = new BigInteger(input.ReadBytes(length, MaxIntegerBytes));
        return value >= long.MinValue && value <= long.MaxValue ? Push((long)value) : Push(value);
    }

    private static long[]? Longs(object?[] values) =>
        values.Length <= TensorLayout.MaxRank && Array.TrueForAll(values, value => value is long) ? Array.ConvertAll(values, value => (long)value!) : null;

    private static string Printable(string text) => string.Concat(text.Take(80).Select(letter => char.IsControl(letter) ? '?' : letter));
}
