namespace Microsoft.ML.VideoMamba.TestCommon;

/// <summary>The categories that runs are filtered by.</summary>
internal static class TestCategories
{
    /// <summary>One row for each case of the original's numbers.</summary>
    public const string Golden = "Golden";

    /// <summary>Needs a CUDA device; reports itself skipped without one.</summary>
    public const string Gpu = "Gpu";

    /// <summary>Takes minutes: run by eng/slow.</summary>
    public const string Slow = "Slow";
}
