using System.Reflection;

namespace Microsoft.ML.VideoMamba.Tests;

/// <summary>What AutoML does to a context that users cannot.</summary>
internal static class AutoML
{
    public static void Cancel(MLContext context) => typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(context, null);
}
