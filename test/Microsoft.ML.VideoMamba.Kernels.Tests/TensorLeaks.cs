using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests;

/// <summary>Counts the tensors that repeated work leaves alive. Nothing else may make tensors meanwhile.</summary>
internal static class TensorLeaks
{
    private const int Passes = 50;

    /// <summary>Asserts that fifty passes leave none behind.</summary>
    /// <param name="pass">The work, in a dispose scope of its own.</param>
    /// <param name="spared">Tensors that may be left: what the engine's thread handed over last lives until its next pass.</param>
    public static void AssertNone(Action pass, long spared = 0)
    {
        Run(1);
        long before = Settled();
        Run(Passes);
        Assert.IsLessThanOrEqualTo(before + spared, Settled());

        void Run(int times)
        {
            for (int i = 0; i < times; i++)
            {
                using var scope = NewDisposeScope();
                pass();
            }
        }
    }

    private static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }
}
