namespace Microsoft.ML.VideoMamba.Models.Checkpoints.PyTorch;

/// <summary>Stands where a pickle has an object that is skipped unbuilt (<c>argparse.Namespace</c>).</summary>
internal sealed class PickledOpaque
{
    public static PickledOpaque Instance { get; } = new();
}
