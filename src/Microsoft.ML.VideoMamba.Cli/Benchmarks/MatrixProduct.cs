namespace Microsoft.ML.VideoMamba.Cli.Benchmarks;

/// <summary>One matrix product of a network, (rows, inputs) x (inputs, outputs).</summary>
/// <param name="Rows">Tokens, or clips.</param>
/// <param name="Inputs">Width of what comes in.</param>
/// <param name="Outputs">Width of what goes out.</param>
/// <param name="FromPixels">Whether what comes in are pixels, which need no gradient.</param>
internal readonly record struct MatrixProduct(long Rows, long Inputs, long Outputs, bool FromPixels = false)
{
    public double MultiplyAdds => (double)Rows * Inputs * Outputs;

    /// <summary>A backward pass multiplies twice more: the gradients of the weights and, but for pixels, those of what came in.</summary>
    public double BackwardMultiplyAdds => MultiplyAdds * (FromPixels ? 1 : 2);
}
