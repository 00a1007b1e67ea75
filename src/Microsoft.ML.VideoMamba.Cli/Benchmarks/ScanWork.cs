namespace Microsoft.ML.VideoMamba.Cli.Benchmarks;

/// <summary>
/// The least work of selective scans. Forward, a position of a channel takes d_state exponentials, softplus (2) and SiLU (1), and 4 d_state + 3 multiply-adds; it
/// reads u, delta and z and writes y. The backward pass computes the decays and the states again, 10 d_state + 12 multiply-adds; it reads the
/// same and dy, and writes du, ddelta and dz. B and C and their gradients are a row of d_state for each token.
/// </summary>
internal static class ScanWork
{
    private const int ForwardTensors = 4, BackwardTensors = 7;

    public static LeastWork Of(double tokens, int channels, int states, int elementSize, bool backward)
    {
        double positions = tokens * channels, special = positions * (states + 3);
        var forward = new LeastWork(elementSize * (ForwardTensors * positions + 2 * tokens * states), Vector: positions * (4 * states + 3), Special: special);
        if (!backward) return forward;
        return forward + new LeastWork(elementSize * (BackwardTensors * positions + 4 * tokens * states), Vector: positions * (10 * states + 12), Special: special);
    }
}
