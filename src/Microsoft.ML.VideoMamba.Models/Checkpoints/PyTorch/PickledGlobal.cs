namespace Microsoft.ML.VideoMamba.Models.Checkpoints.PyTorch;

/// <summary>
/// A name that a pickle may refer to. This table is the whole of what an <see cref="Unpickler"/> knows: none of it is looked up in any module, and what is
/// not in it is refused.
/// </summary>
internal sealed record PickledGlobal(string Name, PickledGlobal.Role Meaning, ElementType? Element = null)
{
    private static readonly Dictionary<string, PickledGlobal> s_known = Known().ToDictionary(global => global.Name, StringComparer.Ordinal);

    public enum Role
    {
        Storage,
        Tensor,
        Parameter,
        Dictionary,
        Sequence,
        Opaque,
    }

    public static PickledGlobal? Find(string module, string name) => s_known.GetValueOrDefault($"{module}.{name}");

    private static IEnumerable<PickledGlobal> Known()
    {
        foreach (var type in ElementType.All) yield return new($"torch.{type.StorageName}", Role.Storage, type);
        yield return new("torch._utils._rebuild_tensor", Role.Tensor);
        yield return new("torch._utils._rebuild_tensor_v2", Role.Tensor);
        yield return new("torch._utils._rebuild_parameter", Role.Parameter);
        yield return new("torch._utils._rebuild_parameter_with_state", Role.Parameter);
        yield return new("collections.OrderedDict", Role.Dictionary);
        yield return new("torch.Size", Role.Sequence);
        foreach (string module in new[] { "builtins", "__builtin__" })
        {
            yield return new($"{module}.set", Role.Sequence);
            yield return new($"{module}.frozenset", Role.Sequence);
        }

        yield return new("argparse.Namespace", Role.Opaque);
    }
}
