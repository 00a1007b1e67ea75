using Microsoft.ML.VideoMamba.Kernels.Runtime;
using static TorchSharp.torch;

[assembly: Parallelize(Scope = ExecutionScope.MethodLevel)]

namespace Microsoft.ML.VideoMamba.Training.Tests;

[TestClass]
public static class AssemblySettings
{
    /// <summary>Work this small gains nothing by threads, and loses much where other programs run.</summary>
    [AssemblyInitialize]
    public static void UseOneThread(TestContext context)
    {
        TorchRuntime.EnsureLoaded();
        set_num_threads(1);
    }
}
