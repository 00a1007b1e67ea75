using Microsoft.ML.VideoMamba.Kernels.Inference;
using Microsoft.ML.VideoMamba.Models.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models;

/// <summary>
/// A model that only scores and embeds from now on. On a CPU its matrices are packed once, and its passes keep their buffers: faster than
/// <see cref="VideoMambaModel.forward"/>, and next to nothing is left to the garbage collector. On a CUDA device scores are replays of a recorded pass. In scan orders
/// other than <see cref="ScanOrder.SpatialFirst"/>, for features on a CUDA device, and in bfloat16 without AVX512-BF16 on a CPU the model itself runs.
/// </summary>
/// <remarks>Safe to call from several threads at once. Changes of the parameters after the first call need not be seen; nothing here has a gradient.</remarks>
public sealed class PreparedModel : IDisposable
{
    private readonly Lazy<PackedNetwork?> _packed;
    private readonly Lazy<ModelRecordings> _recordings;

    /// <summary>Prepares a model; packing or recording waits for the first call.</summary>
    /// <param name="model">The model, which stays the caller's; it is put into evaluation mode.</param>
    public PreparedModel(VideoMambaModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.eval();
        Model = model;
        _packed = new Lazy<PackedNetwork?>(model.Pack);
        _recordings = new Lazy<ModelRecordings>(() => new ModelRecordings(model));
    }

    /// <summary>The model.</summary>
    public VideoMambaModel Model { get; }

    /// <summary>Scores clips or images.</summary>
    /// <inheritdoc cref="VideoMambaModel.forward"/>
    public Tensor Score(Tensor clips)
    {
        Model.CheckClips(clips);
        if (clips.device_type == TorchSharp.DeviceType.CUDA && _recordings.Value.Score(clips) is { } scores) return scores;
        return Run(clips, Pooling.Cls, cls => Model.Classify(cls));
    }

    /// <summary>Batch sizes that are recorded.</summary>
    internal int Recordings => _recordings.IsValueCreated ? _recordings.Value.Count : 0;

    /// <summary>Computes features.</summary>
    /// <inheritdoc cref="VideoMambaModel.Embed"/>
    public Tensor Embed(Tensor clips, Pooling pooling)
    {
        ArgumentNullException.ThrowIfNull(pooling);
        return Run(clips, pooling, features => features.alias());
    }

    /// <summary>Frees the buffers, not the model.</summary>
    public void Dispose()
    {
        if (_packed.IsValueCreated) _packed.Value?.Dispose();
        if (_recordings.IsValueCreated) _recordings.Value.Dispose();
    }

    private Tensor Run(Tensor clips, Pooling pooling, Func<Tensor, Tensor> then)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        bool earlier = pooling.LayerIndex is { } layer && layer != Model.Config.Depth - 1;
        if (earlier || _packed.Value is not { } packed) return then(Model.Embed(clips, pooling)).MoveToOuterDisposeScope();

        Model.CheckClips(clips);
        var (hidden, residual) = packed.Run(clips.As(ScalarType.Float32), allTokens: pooling.Kind is PoolingKind.Mean or PoolingKind.Frames or PoolingKind.Tokens);
        return then(Model.Pool(new LayerOutput(hidden, residual), pooling)).MoveToOuterDisposeScope();
    }
}
