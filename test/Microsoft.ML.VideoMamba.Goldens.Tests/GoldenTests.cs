using System.Reflection;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using Microsoft.ML.VideoMamba.TestCommon;

[assembly: Parallelize(Scope = ExecutionScope.MethodLevel)]

namespace Microsoft.ML.VideoMamba.Goldens.Tests;

/// <summary>
/// One row for each case folder of <c>VIDEOMAMBA_GOLDENS</c> (default: test/goldens), named by its folder and dispatched on its kind.
/// </summary>
[TestClass]
public sealed class GoldenTests
{
    public static IEnumerable<object[]> Cases =>
        GoldenFolder.CaseNames().Select(name => new object[] { name });

    /// <summary>Kinds that run vectorised kernels in main memory, in each width but the one that all cases run in.</summary>
    public static IEnumerable<object[]> CasesByWidth =>
        from name in GoldenFolder.CaseNames()
        where s_vectorised.Contains(GoldenCase.Read(Path.Combine(GoldenFolder.Path, name)).Kind)
        from width in Enum.GetValues<SimdWidth>()
        where width != SimdRunner.Widest
        select new object[] { name, (int)width };

    private static readonly HashSet<string> s_vectorised = ["selective_scan", "causal_conv1d", "rms_norm", "layer_norm", "mixer", "scan_order", "video_model", "image_model"];

    public static string DisplayName(MethodInfo method, object[] row) => string.Join(", ", row);

    [TestMethod]
    [TestCategory(TestCategories.Golden)]
    [DynamicData(nameof(Cases), DynamicDataDisplayName = nameof(DisplayName))]
    public void Case(string name) => Check(name);

    [TestMethod]
    [TestCategory(TestCategories.Golden)]
    [DynamicData(nameof(CasesByWidth), DynamicDataDisplayName = nameof(DisplayName))]
    public void CaseByWidth(string name, int bits)
    {
        using var width = new ForcedWidth((SimdWidth)bits);
        Check(name);
    }

    private static void Check(string name)
    {
        var golden = GoldenCase.Read(Path.Combine(GoldenFolder.Path, name));
        if (GoldenKinds.Checks.TryGetValue(golden.Kind, out var check))
        {
            check.Check(golden);
            golden.AssertEverythingCompared();
            return;
        }

        if (GoldenKinds.Later.TryGetValue(golden.Kind, out string? work))
        {
            Assert.Inconclusive($"Kind '{golden.Kind}' belongs to later work: {work}.");
        }

        Assert.Fail($"Kind '{golden.Kind}' of {name} is unknown.");
    }
}
