namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>The generator of full-size weights itself: small tensors in full, of larger ones the last elements.</summary>
internal sealed class FormulaWeightsCheck : IGoldenCheck
{
    public string Kind => "formula_weights";

    public void Check(GoldenCase golden)
    {
        var formula = new FormulaWeights(golden.Text("salt"), golden.Int("d_state", 16));
        foreach (var entry in golden.Params.GetProperty("shapes").EnumerateObject())
        {
            long[] shape = [.. entry.Value.EnumerateArray().Select(size => size.GetInt64())];
            string key = "output." + entry.Name;
            float[] values = formula.Tensor(entry.Name, shape);
            golden.AssertClose(key, values[^(int)golden.Tensors[key].Count..]);
        }
    }
}
