using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>What a mixer's backward pass starts from beside the input. What is left out it computes again.</summary>
/// <param name="XZ">The expanded input, (batch, length, 2 inner), or null.</param>
/// <param name="Selection">(directions, tokens, Selected), or null.</param>
/// <param name="FirstStates">The first states of the chunks that the scan is walked in again; null where that is one.</param>
internal readonly record struct MixerKept(Tensor? XZ, Tensor? Selection, Tensor? FirstStates)
{
    /// <summary>Number of tensors.</summary>
    public const int Count = 3;

    /// <summary>Only what cannot be had again without a scan.</summary>
    public MixerKept Least => new(null, null, FirstStates);

    /// <summary>For saving.</summary>
    public IReadOnlyList<Tensor?> ToList() => [XZ, Selection, FirstStates];

    /// <summary>From the tensors of <see cref="ToList"/> that begin at <paramref name="first"/>.</summary>
    public static MixerKept FromList(IReadOnlyList<Tensor?> saved, int first) => new(saved[first], saved[first + 1], saved[first + 2]);
}
