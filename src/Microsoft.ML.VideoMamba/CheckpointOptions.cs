using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Inference;

namespace Microsoft.ML.VideoMamba;

/// <summary>Options of components that run a network out of a checkpoint. All that is left out is read off the file.</summary>
public abstract class CheckpointOptions
{
    private protected CheckpointOptions()
    {
    }

    /// <summary>A <c>.pth</c>, <c>.pt</c> or <c>.safetensors</c> file of weights, of a video or an image model.</summary>
    public string Checkpoint { get; set; } = "";

    /// <summary>Key of the weights inside a PyTorch file, such as <c>model_ema</c>; null for the usual ones.</summary>
    public string? CheckpointRoot { get; set; }

    /// <summary>Name of the column that is read: clips, or vectors (3, T, H, W) of Single as <see cref="VideoPixelExtractor"/> makes.</summary>
    public string InputColumnName { get; set; } = "Video";

    /// <summary>Frames that the network takes, where they differ from the file's: positions are interpolated.</summary>
    public int? Frames { get; set; }

    /// <summary>Side of the square frames that the network takes, in pixels, where it differs from the file's: positions are interpolated.</summary>
    public int? ImageSize { get; set; }

    /// <summary>Scan order of a file that does not say it.</summary>
    public ScanOrder? ScanOrder { get; set; }

    /// <summary>Step between patches of an image model's file that does not say it.</summary>
    public int? Stride { get; set; }

    /// <summary>Clips that run at once, at least 1.</summary>
    public int BatchSize { get; set; } = 8;

    /// <summary>
    /// Where the network runs: <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>. Null for what <c>VIDEOMAMBA_DEVICE</c> in the environment says, then
    /// <see cref="MLContext.GpuDeviceId"/>, then the first CUDA device where there is one, else the CPU.
    /// </summary>
    public string? Device { get; set; }

    /// <summary>
    /// What the network computes in. <see cref="InferencePrecision.BFloat16"/> is faster where the CPU (or a GPU) multiplies such matrices; elsewhere it is
    /// warned of, and float32 used. A model that is saved holds the weights as they are computed with.
    /// </summary>
    public InferencePrecision Precision { get; set; }

    private protected void CheckNetwork()
    {
        ArgumentException.ThrowIfNullOrEmpty(Checkpoint);
        ArgumentException.ThrowIfNullOrEmpty(InputColumnName);
        ArgumentOutOfRangeException.ThrowIfLessThan(Frames.GetValueOrDefault(1), 1, nameof(Frames));
        ArgumentOutOfRangeException.ThrowIfLessThan(ImageSize.GetValueOrDefault(1), 1, nameof(ImageSize));
        ArgumentOutOfRangeException.ThrowIfLessThan(Stride.GetValueOrDefault(1), 1, nameof(Stride));
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        if (!Enum.IsDefined(Precision)) throw new ArgumentOutOfRangeException(nameof(Precision), Precision, "No such precision.");
        if (!File.Exists(Checkpoint)) throw new FileNotFoundException($"{Checkpoint}: no such file.", Checkpoint);
    }
}
