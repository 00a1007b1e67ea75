using Microsoft.ML.VideoMamba.Kernels.Inference;
using Microsoft.ML.VideoMamba.Models.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models;

/// <summary>
/// A model's recordings on a card (<see cref="VideoMambaModel.Record"/>), made when a batch size is first asked for. Each holds the weights and the buffers of its
/// size: beyond a few sizes the model itself runs. Safe to call from several threads at once.
/// </summary>
/// <param name="model">The model, in evaluation mode; another owns it.</param>
internal sealed class ModelRecordings(VideoMambaModel model) : IDisposable
{
    private const int MostSizes = 4;

    private readonly Lock _turn = new();
    private readonly Dictionary<int, RecordedNetwork> _networks = [];
    private readonly ScalarType _type = model.ActivationType;
    private readonly bool _records = model.RecordingProblem(model.ActivationType) is null;

    /// <summary>Batch sizes that are recorded.</summary>
    public int Count => _networks.Count;

    /// <summary>Scores clips that fit the model.</summary>
    /// <returns>Logits, or normed class tokens where there is no head, (batch, classes), float32; null where the model itself must run.</returns>
    public Tensor? Score(Tensor clips)
    {
        if (!_records || Find((int)clips.size(0)) is not { } network) return null;
        using var scope = NewDisposeScope();
        return network.Run(clips.dtype == ScalarType.BFloat16 ? clips : clips.As(ScalarType.Float32)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var network in _networks.Values) network.Dispose();
        _networks.Clear();
    }

    private RecordedNetwork? Find(int batch)
    {
        lock (_turn)
        {
            if (_networks.TryGetValue(batch, out var network) || _networks.Count == MostSizes) return network;
            return _networks[batch] = model.Record(batch, _type);
        }
    }
}
