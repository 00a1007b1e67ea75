using System.Globalization;
using Microsoft.ML.VideoMamba.Kernels.Cuda;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.TestCommon;

/// <summary>The card that tests of category Gpu run on: the first, or the one that <c>VIDEOMAMBA_TEST_DEVICE</c> names. Torch's own current card is the first always.</summary>
internal static class Gpu
{
    private const string Variable = "VIDEOMAMBA_TEST_DEVICE";

    private static readonly string? s_named = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : null;

    /// <summary>Such as <c>cuda:1</c>.</summary>
    public static string Name => s_named ?? "cuda:0";

    /// <summary>Its number.</summary>
    public static int Index { get; } = int.Parse(Name["cuda:".Length..], CultureInfo.InvariantCulture);

    /// <summary>The card as torch names it.</summary>
    public static torch.Device Device => new(Name);

    /// <summary>Loads torch. Null where the card is here, else what is missing.</summary>
    /// <exception cref="InvalidOperationException">The card was named, and is not here: tests that are meant to run there must not be skipped.</exception>
    public static string? Problem() => CudaSupport.Problem(Index) switch
    {
        { } problem when s_named is not null => throw new InvalidOperationException($"{Variable} is '{s_named}'. {problem}"),
        var problem => problem,
    };

    /// <summary>Loads torch, and marks the running test as skipped where there is no card.</summary>
    public static void Require()
    {
        if (Problem() is { } problem) Assert.Inconclusive(problem);
    }

    /// <summary>Marks the running test as skipped where there is one card only.</summary>
    /// <returns>The name of another card than <see cref="Name"/>.</returns>
    public static string RequireOther()
    {
        int other = Index == 0 ? 1 : 0;
        Require();
        if (CudaSupport.Problem(other) is { } problem) Assert.Inconclusive(problem);
        return $"cuda:{other}";
    }
}
