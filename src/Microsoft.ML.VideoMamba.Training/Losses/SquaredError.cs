using Microsoft.ML.VideoMamba.Kernels.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Losses;

/// <summary>The loss of regression.</summary>
public static class SquaredError
{
    /// <summary>mean_b((output[b, 0] - target_b)^2), a scalar.</summary>
    /// <param name="output">(batch, 1): a head of one class.</param>
    /// <param name="targets">(batch).</param>
    /// <remarks>video_sm/run_regression_finetuning.py.</remarks>
    public static Tensor OfFirstColumn(Tensor output, Tensor targets)
    {
        TorchRuntime.EnsureLoaded();
        if (output.dim() != 2 || output.shape[1] < 1 || targets.dim() != 1 || targets.shape[0] != output.shape[0])
        {
            throw new ArgumentException($"Outputs must be (batch, 1) and targets (batch); they are ({string.Join(", ", output.shape)}) and ({string.Join(", ", targets.shape)}).", nameof(targets));
        }

        using var scope = NewDisposeScope();
        return nn.functional.mse_loss(output.select(1, 0), targets).MoveToOuterDisposeScope();
    }
}
