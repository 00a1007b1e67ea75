using Microsoft.ML.VideoMamba.Training.Experiments;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Optimization;

/// <summary>The weights of the best epoch so far: by a metric, else of the highest validation accuracy (equal ones: the lower loss), else of the lowest loss, else of the last epoch.</summary>
/// <param name="criterion">The metric, or null.</param>
internal sealed class BestWeights(ExperimentMetric? criterion) : IDisposable
{
    /// <summary>The epoch, or null where none was finished.</summary>
    public EpochMetrics? Epoch { get; private set; }

    /// <summary>Its weights, in main memory, laid out like <see cref="FlatParameters.Values"/>; null where none was finished.</summary>
    public Tensor? Values { get; private set; }

    /// <summary>Takes an epoch's weights if they are better than those before.</summary>
    /// <returns>Whether they are.</returns>
    public bool Offer(EpochMetrics epoch, Tensor values)
    {
        if (Epoch is not null && !epoch.IsBetterThan(Epoch, criterion)) return false;
        Take(epoch, values);
        return true;
    }

    /// <summary>Takes weights that were found to be the best.</summary>
    public void Take(EpochMetrics epoch, Tensor values)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        Values?.Dispose();
        (Epoch, Values) = (epoch, values.detach().to(CPU, copy: true).DetachFromDisposeScope());
    }

    public void Dispose() => Values?.Dispose();
}
