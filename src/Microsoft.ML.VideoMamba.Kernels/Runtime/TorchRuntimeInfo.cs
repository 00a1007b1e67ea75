namespace Microsoft.ML.VideoMamba.Kernels.Runtime;

/// <summary>What <see cref="TorchRuntime"/> loaded.</summary>
/// <param name="TorchSharpVersion">Version of the managed binding, such as <c>0.107.0</c>.</param>
/// <param name="LibTorchVersion">Version of the libtorch that the binding was built for, such as <c>2.10.0</c>; a PyTorch installation states its own.</param>
/// <param name="LibTorchFolder">Folder that libtorch was loaded from.</param>
/// <param name="Backend"><c>cpu</c> or <c>cuda</c>: what the loaded libtorch was built for.</param>
/// <param name="FromPyTorch">Whether <see cref="TorchRuntime.LibTorchVariable"/> named the folder.</param>
/// <param name="PatchedBinding">Path of the private copy of the binding's native part that an old libstdc++ needs, or null.</param>
public sealed record TorchRuntimeInfo(
    string TorchSharpVersion,
    string LibTorchVersion,
    string LibTorchFolder,
    string Backend,
    bool FromPyTorch,
    string? PatchedBinding);
