using System.Text.Json;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>Files that must load bit by bit, files that must be refused by name, and files where either will do but wrong values never.</summary>
internal sealed class CheckpointCheck : IGoldenCheck
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);
    private const long MemoryLimit = 256 << 20;

    public string Kind => "checkpoint";

    public void Check(GoldenCase golden)
    {
        TorchRuntime.EnsureLoaded();
        foreach (var file in golden.Params.GetProperty("files").EnumerateObject()) CheckFile(golden, file.Name, file.Value);

        // A tensor that only files name which were rightly refused has nothing to be compared with.
        var optional = golden.Params.GetProperty("files").EnumerateObject().Where(file => file.Value.GetProperty("expect").GetString() != "load");
        foreach (string name in optional.SelectMany(file => Expected(golden, file.Value).Values)) golden.MarkCompared(name);
    }

    private static void CheckFile(GoldenCase golden, string file, JsonElement wanted)
    {
        string path = Path.Combine(golden.Folder, file), expect = wanted.GetProperty("expect").GetString()!;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        var error = TryLoad(golden, path, wanted, expect);
        Assert.IsLessThan(s_limit, clock.Elapsed, $"Time of {file}");
        Assert.IsLessThan(MemoryLimit, GC.GetAllocatedBytesForCurrentThread() - allocated, $"Bytes allocated by {file}");

        Assert.IsFalse(expect == "load" && error is not null, $"{file} must load: {error?.Message}");
        Assert.IsFalse(expect == "refuse" && error is null, $"{file} must be refused");
        if (error is null) return;
        Assert.AreEqual(path, error.Path);
        Assert.StartsWith(path + ": ", error.Message);
        Assert.IsGreaterThan(0, error.Reason.Length);
    }

    private static CheckpointException? TryLoad(GoldenCase golden, string path, JsonElement wanted, string expect)
    {
        try
        {
            using var scope = NewDisposeScope();
            using var checkpoint = Checkpoint.Open(path, Root(wanted));
            if (expect == "refuse")
            {
                foreach (var tensor in checkpoint.Tensors) checkpoint.Read(tensor);
                return null;
            }

            Compare(golden, checkpoint, wanted);
            return null;
        }
        catch (CheckpointException error)
        {
            return error;
        }
    }

    private static void Compare(GoldenCase golden, Checkpoint checkpoint, JsonElement wanted)
    {
        var expected = Expected(golden, wanted);
        CollectionAssert.AreEquivalent(expected.Keys.ToList(), checkpoint.Tensors.Select(tensor => tensor.Name).ToList(), $"Names in {checkpoint.Path}");
        foreach (var (name, key) in expected)
        {
            var tensor = golden.Tensors[key];
            using var got = checkpoint.Read(name);
            Assert.AreEqual(SafetensorsName(got.dtype), tensor.DType, $"{checkpoint.Path}: type of {name}");
            CollectionAssert.AreEqual(tensor.Shape, got.shape, $"{checkpoint.Path}: shape of {name}");
            Assert.IsTrue(got.bytes.SequenceEqual(tensor.Bytes.Span), $"{checkpoint.Path}: bits of {name}");
            golden.MarkCompared(key);
        }
    }

    /// <summary>Plain name → the case's key: "all outputs", "outputs PREFIX/NAME", "outputs NAME" or "none".</summary>
    private static Dictionary<string, string> Expected(GoldenCase golden, JsonElement wanted)
    {
        string tensors = wanted.GetProperty("tensors").GetString()!;
        if (tensors == "none") return [];
        if (tensors == "all outputs") return golden.Names("output").ToDictionary(name => name, name => "output." + name);

        string pattern = tensors["outputs ".Length..];
        if (!pattern.EndsWith("NAME", StringComparison.Ordinal)) return new() { [pattern] = "output." + pattern };
        string prefix = pattern[..^"NAME".Length];
        return golden.Names("output").Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(name => name[prefix.Length..], name => "output." + name);
    }

    /// <summary>Roots that are tried anyway must be found without being named.</summary>
    private static string? Root(JsonElement wanted) =>
        wanted.GetProperty("root").GetString() is { } root and not ("model" or "module" or "state_dict") ? root : null;

    private static string SafetensorsName(ScalarType type) => type switch
    {
        ScalarType.Float64 => "F64",
        ScalarType.Float32 => "F32",
        ScalarType.Float16 => "F16",
        ScalarType.BFloat16 => "BF16",
        ScalarType.Int64 => "I64",
        ScalarType.Int32 => "I32",
        ScalarType.Int16 => "I16",
        ScalarType.Int8 => "I8",
        ScalarType.Byte => "U8",
        ScalarType.Bool => "BOOL",
        _ => type.ToString(),
    };
}
