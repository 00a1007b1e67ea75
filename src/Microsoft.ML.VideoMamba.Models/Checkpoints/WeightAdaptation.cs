using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Checkpoints;

/// <summary>Gives weights the sizes of another model. Results belong to the caller's dispose scope and are float32.</summary>
/// <remarks>Source: the original's inflate_weight (video_sm/models/videomamba.py) and its fine-tuning loader (video_sm/run_class_finetuning.py).</remarks>
internal static class WeightAdaptation
{
    /// <summary>A patch kernel (width, channels, side, side) to (width, channels, tubelet, side, side).</summary>
    public static Tensor Inflate(Tensor kernel, long tubelet, PatchInflation inflation)
    {
        using var scope = NewDisposeScope();
        var slice = kernel.to(ScalarType.Float32).unsqueeze(2);
        if (inflation == PatchInflation.Average) return (slice / tubelet).repeat(1, 1, tubelet, 1, 1).MoveToOuterDisposeScope();

        long[] shape = [.. kernel.shape[..2], tubelet, .. kernel.shape[2..]];
        var inflated = zeros(shape);
        using var centre = inflated.narrow(2, tubelet / 2, 1);
        centre.copy_(slice);
        return inflated.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Positions (1, 1 + rows × columns, width) to another grid: bicubic with a = -0.75, half-pixel centres, borders repeated, no antialiasing; the class
    /// token's position stays.
    /// </summary>
    public static Tensor ResizePositions(Tensor positions, (long Rows, long Columns) from, (long Rows, long Columns) to)
    {
        using var scope = NewDisposeScope();
        long width = positions.shape[2];
        var cls = positions.narrow(1, 0, 1).to(ScalarType.Float32);
        var grid = positions.narrow(1, 1, from.Rows * from.Columns).to(ScalarType.Float32).reshape(1, from.Rows, from.Columns, width).permute(0, 3, 1, 2);
        var resized = nn.functional.interpolate(grid, [to.Rows, to.Columns], mode: InterpolationMode.Bicubic, align_corners: false);
        return cat([cls, resized.permute(0, 2, 3, 1).reshape(1, to.Rows * to.Columns, width)], 1).MoveToOuterDisposeScope();
    }

    /// <summary>A temporal embedding (1, positions, width) to another number of positions: linear with half-pixel centres, borders repeated.</summary>
    public static Tensor ResizeTime(Tensor embedding, long positions)
    {
        using var scope = NewDisposeScope();
        var line = embedding.to(ScalarType.Float32).permute(0, 2, 1);
        return nn.functional.interpolate(line, [positions], mode: InterpolationMode.Linear, align_corners: false).permute(0, 2, 1).contiguous().MoveToOuterDisposeScope();
    }
}
