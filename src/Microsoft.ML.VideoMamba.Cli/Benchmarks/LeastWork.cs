namespace Microsoft.ML.VideoMamba.Cli.Benchmarks;

/// <summary>What a piece of work cannot do without, however it is written: the ground under its time.</summary>
/// <param name="Bytes">Inputs that are read once and results that are written once.</param>
/// <param name="Products">Multiply-adds of matrix products.</param>
/// <param name="Vector">Multiply-adds of elementwise work.</param>
/// <param name="Special">Exponentials, logarithms and divisions.</param>
internal readonly record struct LeastWork(double Bytes, double Products = 0, double Vector = 0, double Special = 0)
{
    public static LeastWork operator +(LeastWork one, LeastWork other) =>
        new(one.Bytes + other.Bytes, one.Products + other.Products, one.Vector + other.Vector, one.Special + other.Special);

    public static LeastWork operator *(double factor, LeastWork work) => new(factor * work.Bytes, factor * work.Products, factor * work.Vector, factor * work.Special);
}
