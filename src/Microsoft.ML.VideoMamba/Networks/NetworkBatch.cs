using Microsoft.ML.VideoMamba.DataViews;
using Microsoft.ML.VideoMamba.Models;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Networks;

/// <summary>Runs a network over a batch of rows. Rows without a clip get NaN.</summary>
/// <param name="network">The network.</param>
/// <param name="input">Reads the rows.</param>
/// <param name="width">Floats that a row gets.</param>
/// <param name="output">What is asked of the model.</param>
/// <param name="capacity">The most rows of a batch.</param>
/// <param name="getters">The <see cref="ValueGetter{TValue}"/> of each output column; it is given what finds the current row's floats.</param>
internal sealed class NetworkBatch(
    Network network, NetworkInput input, int width, Func<PreparedModel, Tensor, Tensor> output, int capacity, Func<RowValues, Delegate>[] getters) : IBatch
{
    private readonly float[] _values = new float[checked(capacity * width)];

    public void Read(int slot) => input.Read(slot);

    public void Evaluate(int first, int count)
    {
        int[] there = [.. Enumerable.Range(first, count).Where(input.IsThere)];
        _values.AsSpan(first * width, count * width).Fill(float.NaN);
        if (there.Length == 0) return;

        float[] rows = network.Run(input, there, output);
        for (int i = 0; i < there.Length; i++) rows.AsSpan(i * width, width).CopyTo(_values.AsSpan(there[i] * width));
    }

    public Delegate Getter(int output, Func<int> slot) => getters[output](() => _values.AsSpan(slot() * width, width));

    public void Dispose()
    {
    }
}
