using System.Buffers.Binary;
using System.Text.Json;

namespace Microsoft.ML.VideoMamba.Goldens.Tests;

/// <summary>
/// One case: its manifest, its tensors by key (<c>input.x</c>, <c>weight.x</c>, <c>output.x</c>, <c>grad.x</c>) and the comparison at its tolerance.
/// Reads the format with code of its own, so that the product's readers are not their own judge.
/// </summary>
internal sealed class GoldenCase
{
    private readonly JsonElement _tolerance;
    private readonly HashSet<string> _compared = [];

    private GoldenCase(string folder, JsonElement manifest, IReadOnlyDictionary<string, GoldenTensor> tensors)
    {
        Folder = folder;
        Kind = manifest.GetProperty("kind").GetString()!;
        Params = manifest.GetProperty("params");
        _tolerance = manifest.TryGetProperty("tolerance", out var tolerance) ? tolerance : default;
        Tensors = tensors;
    }

    public string Folder { get; }

    public string Kind { get; }

    public JsonElement Params { get; }

    public IReadOnlyDictionary<string, GoldenTensor> Tensors { get; }

    public static GoldenCase Read(string folder)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "manifest.json")));
        string file = Path.Combine(folder, "tensors.safetensors");
        return new GoldenCase(folder, manifest.RootElement.Clone(), File.Exists(file) ? ReadTensors(file) : new Dictionary<string, GoldenTensor>());
    }

    public bool Has(string key) => Tensors.ContainsKey(key);

    public IEnumerable<string> Names(string role) =>
        Tensors.Keys.Where(key => key.StartsWith(role + ".", StringComparison.Ordinal)).Select(key => key[(role.Length + 1)..]);

    public int Int(string name) => Params.GetProperty(name).GetInt32();

    public int Int(string name, int otherwise) => TryGet(name, out var value) ? value.GetInt32() : otherwise;

    public double Double(string name) => Params.GetProperty(name).GetDouble();

    public double Double(string name, double otherwise) => TryGet(name, out var value) ? value.GetDouble() : otherwise;

    public bool Bool(string name) => Params.GetProperty(name).GetBoolean();

    public bool Bool(string name, bool otherwise) => TryGet(name, out var value) ? value.GetBoolean() : otherwise;

    public string Text(string name) => Params.GetProperty(name).GetString()!;

    public string Text(string name, string otherwise) => TryGet(name, out var value) ? value.GetString()! : otherwise;

    /// <summary>Reads a JSON file that lies beside the manifest.</summary>
    public JsonElement Json(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, file)));
        return document.RootElement.Clone();
    }

    /// <summary>Fails unless <paramref name="got"/> equals the tensor under <paramref name="key"/> within the case's tolerance.</summary>
    public void AssertClose(string key, IReadOnlyList<double> got, IReadOnlyList<long>? shape = null)
    {
        var expected = Tensors[key];
        if (shape is not null)
        {
            Assert.AreEqual(string.Join(',', expected.Shape), string.Join(',', shape), $"Shape of {key}");
        }

        double[] wanted = expected.ToDoubles();
        Assert.HasCount(wanted.Length, got, $"Elements of {key}");
        double rtol = Tolerance(key, "rtol"), atol = Tolerance(key, "atol");
        double worst = 0, sum = 0;
        int worstAt = -1, failures = 0;
        for (int i = 0; i < wanted.Length; i++)
        {
            if (got[i].Equals(wanted[i])) continue;
            double error = Math.Abs(got[i] - wanted[i]), excess = error - (atol + rtol * Math.Abs(wanted[i]));
            sum += error;
            if (!(excess <= 0))
            {
                failures++;
                if (worstAt < 0 || !(excess <= worst)) (worst, worstAt) = (excess, i);
            }
        }

        if (failures > 0)
        {
            Assert.Fail($"{key}: {failures} of {wanted.Length} elements off (rtol {rtol}, atol {atol}); worst at {worstAt}: got {got[worstAt]:R}, expected {wanted[worstAt]:R}.");
        }

        if (MeanTolerance(key) is { } mean && wanted.Length > 0)
        {
            Assert.IsLessThanOrEqualTo(mean, sum / wanted.Length, $"Mean deviation of {key}");
        }

        _compared.Add(key);
    }

    public void AssertClose(string key, IReadOnlyList<float> got, IReadOnlyList<long>? shape = null) =>
        AssertClose(key, got.Select(value => (double)value).ToArray(), shape);

    /// <summary>Says that a tensor was compared by other means than <see cref="AssertClose(string, IReadOnlyList{double}, IReadOnlyList{long})"/>.</summary>
    public void MarkCompared(string key) => _compared.Add(key);

    /// <summary>Fails when an output or a gradient of the case was never looked at: a check that skips one would pass whatever it is.</summary>
    public void AssertEverythingCompared()
    {
        var missed = Tensors.Keys.Where(key => (key.StartsWith("output.", StringComparison.Ordinal) || key.StartsWith("grad.", StringComparison.Ordinal)) && !_compared.Contains(key));
        Assert.AreEqual("", string.Join(' ', missed), "Tensors never compared");
    }

    private bool TryGet(string name, out JsonElement value) =>
        Params.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private double Tolerance(string key, string name)
    {
        if (_tolerance.ValueKind != JsonValueKind.Object) return 0;
        if (name == "atol" && _tolerance.TryGetProperty("atol_of", out var of) && of.TryGetProperty(key, out var own)) return own.GetDouble();
        if (key.StartsWith("grad.", StringComparison.Ordinal) && _tolerance.TryGetProperty("grad_" + name, out var grad)) return grad.GetDouble();
        return _tolerance.TryGetProperty(name, out var value) ? value.GetDouble() : 0;
    }

    private double? MeanTolerance(string key)
    {
        if (_tolerance.ValueKind != JsonValueKind.Object) return null;
        if (_tolerance.TryGetProperty("mean_atol_of", out var of) && of.TryGetProperty(key, out var own)) return own.GetDouble();
        return _tolerance.TryGetProperty("mean_atol", out var value) ? value.GetDouble() : null;
    }

    private static Dictionary<string, GoldenTensor> ReadTensors(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        int header = checked((int)BinaryPrimitives.ReadInt64LittleEndian(bytes));
        using var json = JsonDocument.Parse(bytes.AsMemory(8, header));
        var data = bytes.AsMemory(8 + header);
        var tensors = new Dictionary<string, GoldenTensor>();
        foreach (var entry in json.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__"))
        {
            long[] offsets = [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(value => value.GetInt64())];
            tensors.Add(entry.Name, new GoldenTensor(
                entry.Value.GetProperty("dtype").GetString()!,
                [.. entry.Value.GetProperty("shape").EnumerateArray().Select(value => value.GetInt64())],
                data[(int)offsets[0]..(int)offsets[1]]));
        }

        return tensors;
    }
}
