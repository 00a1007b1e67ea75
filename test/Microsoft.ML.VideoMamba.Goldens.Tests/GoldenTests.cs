using System.Reflection;
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

    public static string DisplayName(MethodInfo method, object[] row) => (string)row[0];

    [TestMethod]
    [TestCategory(TestCategories.Golden)]
    [DynamicData(nameof(Cases), DynamicDataDisplayName = nameof(DisplayName))]
    public void Case(string name)
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
