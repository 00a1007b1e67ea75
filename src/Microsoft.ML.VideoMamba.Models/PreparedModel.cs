using Microsoft.ML.VideoMamba.Kernels.Inference;
using Microsoft.ML.VideoMamba.Models.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models;

/// <summary>
/// A model that only scores and embeds from now on. On a CPU in float32 its matrices are packed once, and its passes keep their buffers: faster than
/// <see cref="VideoMambaModel.forward"/>, and next to nothing is left to the garbage collector. Elsewhere the model itself runs.
/// </summary>
/// <remarks>Safe to call from several threads at once. Changes of the parameters after the first call need not be seen; nothing here has a gradient.</remarks>
public sealed class PreparedModel : IDisposable
{
    /// <summary>Passes that are kept for later calls; each has the buffers of its batch.</summary>
    private const int MostIdle = 2;

    private readonly Lazy<PackedWeights?> _weights;
    private readonly List<PackedPass> _idle = [];
    private readonly Lock _turn = new();

    /// <summary>Prepares a model; packing waits for the first call.</summary>
    /// <param name="model">The model, which stays the caller's; it is put into evaluation mode.</param>
    public PreparedModel(VideoMambaModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.eval();
        Model = model;
        _weights = new Lazy<PackedWeights?>(model.Pack);
    }

    /// <summary>The model.</summary>
    public VideoMambaModel Model { get; }

    /// <summary>Scores clips or images.</summary>
    /// <inheritdoc cref="VideoMambaModel.forward"/>
    public Tensor Score(Tensor clips) => Run(clips, Pooling.Cls, cls => Model.Classify(cls));

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
        lock (_turn)
        {
            foreach (var pass in _idle) pass.Dispose();
            _idle.Clear();
        }
    }

    private Tensor Run(Tensor clips, Pooling pooling, Func<Tensor, Tensor> then)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        bool earlier = pooling.LayerIndex is { } layer && layer != Model.Config.Depth - 1;
        if (earlier || _weights.Value is not { } weights) return then(Model.Embed(clips, pooling)).MoveToOuterDisposeScope();

        Model.CheckClips(clips);
        var pass = Take(weights, (int)clips.shape[0], allTokens: pooling.Kind is PoolingKind.Mean or PoolingKind.Frames or PoolingKind.Tokens);
        pass.Run(clips.As(ScalarType.Float32));
        var result = then(Model.Pool(new LayerOutput(pass.Hidden, pass.Residual), pooling)).MoveToOuterDisposeScope();
        GiveBack(pass);
        return result;
    }

    private PackedPass Take(PackedWeights weights, int batch, bool allTokens)
    {
        lock (_turn)
        {
            if (_idle.Find(pass => pass.Batch == batch && pass.AllTokens == allTokens) is { } found)
            {
                _idle.Remove(found);
                return found;
            }
        }

        return new PackedPass(weights, batch, allTokens);
    }

    private void GiveBack(PackedPass pass)
    {
        lock (_turn)
        {
            _idle.Add(pass);
            if (_idle.Count <= MostIdle) return;
            _idle[0].Dispose();
            _idle.RemoveAt(0);
        }
    }
}
