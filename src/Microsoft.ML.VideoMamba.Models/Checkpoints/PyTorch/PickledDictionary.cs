namespace Microsoft.ML.VideoMamba.Models.Checkpoints.PyTorch;

/// <summary>A dict or OrderedDict of a pickle: its items in order. Keys may be anything; those of a state dict are strings.</summary>
internal sealed class PickledDictionary
{
    public List<KeyValuePair<object?, object?>> Items { get; } = [];

    /// <summary>The value set last under a name, as in Python, or null.</summary>
    public object? this[string name] => Items.FindLast(item => item.Key is string key && key == name).Value;

    /// <summary>Whether any value is a tensor, as in a state dict.</summary>
    public bool HoldsTensors => Items.Exists(item => item.Value is PickledTensor);
}
