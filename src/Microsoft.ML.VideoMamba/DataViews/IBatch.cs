namespace Microsoft.ML.VideoMamba.DataViews;

/// <summary>The state of one cursor or one <see cref="DataViewRow"/>: reads input rows into slots, computes them together, hands out the results.</summary>
internal interface IBatch : IDisposable
{
    /// <summary>Reads the input row that the cursor stands on.</summary>
    /// <param name="slot">Where to keep it, 0 to capacity - 1.</param>
    void Read(int slot);

    /// <summary>Computes the outputs of slots that were read. Called at most once for a slot of each filling, and only if an output is asked for.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many.</param>
    void Evaluate(int first, int count);

    /// <summary>The <see cref="ValueGetter{TValue}"/> of an output column.</summary>
    /// <param name="output">Which of the outputs.</param>
    /// <param name="slot">The slot of the current row; makes sure that it is evaluated.</param>
    Delegate Getter(int output, Func<int> slot);
}
