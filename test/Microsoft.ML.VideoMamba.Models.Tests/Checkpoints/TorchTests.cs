using Microsoft.ML.VideoMamba.Kernels.Runtime;

namespace Microsoft.ML.VideoMamba.Models.Tests.Checkpoints;

/// <summary>These tests call torch before any product code does.</summary>
public abstract class TorchTests
{
    static TorchTests() => TorchRuntime.EnsureLoaded();
}
