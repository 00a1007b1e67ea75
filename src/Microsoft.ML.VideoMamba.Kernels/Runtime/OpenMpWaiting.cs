using Microsoft.ML.VideoMamba.Native;

namespace Microsoft.ML.VideoMamba.Kernels.Runtime;

/// <summary>
/// Lets OpenMP's idle threads sleep. By default they spin for milliseconds after every operation, which starves whatever else wants a core: threads that
/// decode and augment the next batch, a second model, another program. A training step of a small network on two busy cores was four times faster so.
/// </summary>
internal static class OpenMpWaiting
{
    private const string Policy = "OMP_WAIT_POLICY", Spins = "GOMP_SPINCOUNT";

    /// <summary>Asks for sleeping threads, unless the user has said how they are to wait. OpenMP reads it once, as libtorch is loaded.</summary>
    public static void PreferSleep()
    {
        if (Environment.GetEnvironmentVariable(Spins) is null) NativeEnvironment.SetDefault(Policy, "PASSIVE");
    }
}
