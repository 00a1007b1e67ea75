using Microsoft.ML.VideoMamba.Native;

namespace Microsoft.ML.VideoMamba.Kernels.Runtime;

/// <summary>
/// Lets torch's memory on a card grow in one piece. By default each large tensor gets a segment of its own, which later serves only tensors that fit in: what a model
/// leaves behind that was moved to the card tensor by tensor, or a pass of another batch size, is then lost to the rest of the run.
/// </summary>
internal static class CudaAllocation
{
    private const string Settings = "PYTORCH_ALLOC_CONF", FormerSettings = "PYTORCH_CUDA_ALLOC_CONF";

    /// <summary>Asks for segments that grow, unless the user has said how memory is to be allocated. Torch knows them on Linux, and reads it once.</summary>
    public static void PreferGrowing()
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable(FormerSettings) is null) NativeEnvironment.SetDefault(Settings, "expandable_segments:True");
    }
}
