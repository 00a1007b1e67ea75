using Microsoft.ML.VideoMamba.Kernels.Embedding;
using Microsoft.ML.VideoMamba.Kernels.Inference;
using Microsoft.ML.VideoMamba.Kernels.Mixing;
using Microsoft.ML.VideoMamba.Kernels.Projection;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models;

/// <summary>VideoMamba: clips or images to scores and features, in time linear in the number of tokens.</summary>
/// <remarks>
/// Patches become tokens, a class token goes first, positions are added, and layers of Add → Norm → Mixer follow; the head reads the class token of the normed
/// sum. Parameter names and their order are the published checkpoints'. Start weights follow the original, seeded by <c>torch.manual_seed</c>. The residual
/// stream, every norm's arithmetic, the scan's state and what the methods return are float32; activations have the weights' type. Converted to float64 as a whole,
/// the model computes everything in float64, by plain torch operations.
/// Source: paper sections 3.1 and 3.2, figure 3.
/// </remarks>
public sealed class VideoMambaModel : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "cls_token")]
    private readonly Parameter _clsToken;

    [ComponentName(Name = "pos_embed")]
    private readonly Parameter _posEmbed;

    [ComponentName(Name = "temporal_pos_embedding")]
    private readonly Parameter? _temporalPosEmbedding;

    [ComponentName(Name = "patch_embed")]
    private readonly PatchEmbedding _patchEmbed;

    [ComponentName(Name = "head")]
    private readonly Linear? _head;

    [ComponentName(Name = "layers")]
    private readonly ModuleList<MambaBlock> _layers;

    [ComponentName(Name = "norm_f")]
    private readonly TokenNorm _finalNorm;

    private readonly TemporalFirstPermutation _permutation;

    // Ahead of the base class, whose constructor calls torch.
    static VideoMambaModel() => TorchRuntime.EnsureLoaded();

    /// <summary>Builds the network with start weights.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="device">Where the parameters live; null for main memory, <c>meta</c> for names and shapes alone.</param>
    /// <exception cref="ArgumentException">The configuration is not valid.</exception>
    public VideoMambaModel(VideoMambaConfig config, Device? device = null)
        : base(nameof(VideoMambaModel))
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        Config = config;
        _permutation = new TemporalFirstPermutation(config.TemporalPositions, config.PatchesPerFrame);
        _clsToken = zeros([1, 1, config.EmbedDim], device: device).ToParameter();
        _posEmbed = empty([1, config.PatchesPerFrame + 1, config.EmbedDim], device: device).DrawNormal().ToParameter();
        if (config.IsVideo) _temporalPosEmbedding = zeros([1, config.TemporalPositions, config.EmbedDim], device: device).ToParameter();
        _patchEmbed = new PatchEmbedding(config, device);
        if (config.Classes > 0)
        {
            _head = nn.Linear(config.EmbedDim, config.Classes, device: device);
            _head.weight.DrawNormal();
            nn.init.zeros_(_head.bias);
        }

        _layers = new ModuleList<MambaBlock>(
            [.. Enumerable.Range(0, config.Depth).Select(layer => new MambaBlock(config, config.ScanOrder.OfLayer(layer, config.Depth), _permutation, device))]);
        _finalNorm = new TokenNorm(config.Norm, config.EmbedDim, config.NormEpsilon, device);
        RegisterComponents();
    }

    /// <summary>The network's shape.</summary>
    public VideoMambaConfig Config { get; }

    /// <summary>The device that the parameters live on.</summary>
    public Device Device => _clsToken.device;

    /// <summary>What its matrices are in, and with them its activations.</summary>
    internal ScalarType ActivationType => _patchEmbed.Weight.dtype;

    /// <summary>Parameters that weight decay leaves alone although they are not vectors: the class token and the positions, as in the original.</summary>
    public IReadOnlyList<string> UndecayedParameters => Config.IsVideo ? ["cls_token", "pos_embed", "temporal_pos_embedding"] : ["cls_token", "pos_embed"];

    /// <summary>Scores clips or images.</summary>
    /// <param name="clips">Normalised pixels: (batch, channels, frames, height, width), or (batch, channels, height, width) for an image model, sizes as configured.</param>
    /// <returns>Logits, (batch, classes), float32; the class token where the model has no head.</returns>
    /// <exception cref="ArgumentException">Shape, type or device do not fit; the message says which is wanted.</exception>
    public override Tensor forward(Tensor clips)
    {
        using var scope = NewDisposeScope();
        return Classify(Pool(RunToLastLayer(clips), Pooling.Cls)).MoveToOuterDisposeScope();
    }

    /// <summary>Computes features. Layers after the one asked for are not run.</summary>
    /// <param name="clips">As for <see cref="forward"/>.</param>
    /// <param name="pooling">Which features.</param>
    /// <returns>Float32, in the shape that <see cref="PoolingKind"/> states.</returns>
    /// <exception cref="ArgumentException">Shape, type or device do not fit, or there is no such layer.</exception>
    public Tensor Embed(Tensor clips, Pooling pooling)
    {
        using var scope = NewDisposeScope();
        int layer = LayerOf(pooling);
        return Pool(RunLayers(EmbedTokens(clips), [layer])[0], pooling).MoveToOuterDisposeScope();
    }

    /// <summary>Computes scores and features in one pass.</summary>
    /// <inheritdoc cref="Embed"/>
    public ModelOutput Run(Tensor clips, Pooling pooling)
    {
        using var scope = NewDisposeScope();
        int last = Config.Depth - 1, layer = LayerOf(pooling);
        var outputs = RunLayers(EmbedTokens(clips), [layer, last]);
        return new ModelOutput(
            Classify(Pool(outputs[^1], Pooling.Cls)).MoveToOuterDisposeScope(),
            Pool(outputs[0], pooling).MoveToOuterDisposeScope());
    }

    /// <summary>Embeds patches, adds positions and puts the class token first: what the first layer sees.</summary>
    /// <param name="clips">As for <see cref="forward"/>.</param>
    /// <returns>(batch, tokens, embed_dim), float32; token 1 + t N + n is patch n (by rows) of temporal position t.</returns>
    /// <exception cref="ArgumentException">Shape, type or device do not fit.</exception>
    public Tensor EmbedTokens(Tensor clips)
    {
        CheckClips(clips);
        using var scope = NewDisposeScope();
        if (clips.device_type == TorchSharp.DeviceType.CUDA && ParametersOfEmbedding() is var parameters && TokenEmbedding.Takes(clips, parameters))
        {
            return TokenEmbedding.Run(clips, Patches, parameters).MoveToOuterDisposeScope();
        }

        var (cls, positions) = Positions();
        var patches = _patchEmbed.forward(clips).Wide().Plus(positions);
        return cat([cls.expand(clips.shape[0], -1, -1), patches], 1).MoveToOuterDisposeScope();
    }

    /// <summary>Runs the layers up to the last of those asked for and returns what each of them puts out; the others' tensors are freed on the way.</summary>
    /// <param name="tokens">
    /// From <see cref="EmbedTokens"/>, or some of them, (batch, tokens, embed_dim): masked modelling runs visible tokens only. Scan orders other than
    /// spatial-first need all.
    /// </param>
    /// <param name="layers">Indices from 0, in any order.</param>
    /// <returns>One output for each distinct index, ascending.</returns>
    /// <exception cref="ArgumentException">The tokens' shape does not fit, or <paramref name="layers"/> is empty or names a layer that is not there.</exception>
    public IReadOnlyList<LayerOutput> RunLayers(Tensor tokens, IReadOnlyCollection<int> layers)
    {
        CheckTokens(tokens);
        CheckLayers(layers);
        using var scope = NewDisposeScope();
        var outputs = new List<LayerOutput>();
        LayerOutput? previous = null;
        int last = layers.Max();
        var tape = HandStreamOn(tokens) ? new StreamTape() : null;
        var dropPaths = DrawDropPaths(tokens, last);
        for (int layer = 0; layer <= last; layer++)
        {
            // Whoever uses a layer's results beside the next layer may walk back from there.
            var stream = new StreamHandover(tape, Takes: !layers.Contains(layer), Leaves: layer > 0 && !layers.Contains(layer - 1));
            var output = RunLayer(layer, tokens, previous, dropPaths[layer], stream);
            if (previous is { } consumed && !outputs.Contains(consumed)) consumed.Dispose();
            if (layers.Contains(layer)) outputs.Add(output);
            previous = output;
        }

        return [.. outputs.Select(output => output.MoveToOuterDisposeScope())];
    }

    /// <summary>Adds a layer's result to its stream (in training through the final drop path) and applies the final norm.</summary>
    /// <returns>(batch, tokens, embed_dim), float32.</returns>
    public Tensor NormTokens(LayerOutput output)
    {
        using var scope = NewDisposeScope();
        return _finalNorm.Run(output.Hidden.Scaled(DrawDropPath(output.Hidden, Config.DropPath)), output.Residual).Y.Wide().MoveToOuterDisposeScope();
    }

    /// <summary>Scores class tokens.</summary>
    /// <param name="cls">Normed class tokens, (batch, embed_dim).</param>
    /// <returns>Logits, (batch, classes), float32; <paramref name="cls"/>' values where the model has no head.</returns>
    public Tensor Classify(Tensor cls)
    {
        using var scope = NewDisposeScope();
        var input = training && Config.HeadDropout > 0 ? nn.functional.dropout(cls, Config.HeadDropout, training) : cls.alias();
        if (_head is null) return input.MoveToOuterDisposeScope();

        var type = _head.weight.dtype;
        var features = input.As(type);
        return ClassScores.Takes(features, _head.weight, _head.bias!)
            ? ClassScores.Run(features, _head.weight, _head.bias!).MoveToOuterDisposeScope()
            : nn.functional.linear(features, _head.weight, _head.bias!.As(type)).Wide().MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Converts the matrices, where the work is, and with them the activations; norms, A_log, D, convolutions, biases and positions stay as they are. Unlike
    /// <c>to(dtype)</c>, which would round the scan's own parameters too.
    /// </summary>
    /// <param name="type">float32 or bfloat16.</param>
    /// <returns>This model.</returns>
    /// <exception cref="ArgumentException"><paramref name="type"/> is another type.</exception>
    public VideoMambaModel ToActivationType(ScalarType type)
    {
        if (type is not (ScalarType.Float32 or ScalarType.BFloat16)) throw new ArgumentException($"Activations are Float32 or BFloat16, not {type}.", nameof(type));
        foreach (var module in modules())
        {
            if (module is Linear linear) linear.weight = Convert(linear.weight);
            if (module is Convolution convolution and not Conv1d) convolution.weight = Convert(convolution.weight);
        }

        return this;

        Parameter Convert(Parameter weight) => weight.dtype == type ? weight : weight.detach().to_type(type).ToParameter(weight.requires_grad);
    }

    /// <summary>
    /// Prepares the network for scoring on its CUDA device: weights in the activations' type, the whole pass for one batch size recorded and then replayed, several
    /// times faster than <see cref="forward"/> for few clips. Later changes of the parameters are not seen.
    /// </summary>
    /// <param name="batch">Clips of a call, from 1 up.</param>
    /// <param name="activations">float32 or bfloat16.</param>
    /// <param name="clipsAtOnce">Clips that run at a time, from 1 to <paramref name="batch"/>: fewer take less memory, and more time where they leave the card idle. Null chooses as many as make it faster.</param>
    /// <param name="passes">Passes side by side that these are shared out to, from 1 to <paramref name="clipsAtOnce"/>. Null chooses.</param>
    /// <returns>The recording; it is the caller's.</returns>
    /// <exception cref="InvalidOperationException"><see cref="RecordingProblem"/> names what is in the way.</exception>
    public RecordedNetwork Record(int batch, ScalarType activations, int? clipsAtOnce = null, int? passes = null)
    {
        if (RecordingProblem(activations) is { } problem) throw new InvalidOperationException(problem);
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        return new RecordedNetwork(ParametersOfRecording(), batch, activations, clipsAtOnce, passes);
    }

    /// <summary>Null where <see cref="Record"/> can be called, else one line that says what is in the way: no CUDA device, another scan order, odd sizes.</summary>
    /// <param name="activations">float32 or bfloat16.</param>
    public string? RecordingProblem(ScalarType activations)
    {
        if (Config.ScanOrder != ScanOrder.SpatialFirst) return $"Only networks that walk tokens in order {ScanOrder.SpatialFirst} can be recorded; this one walks in {Config.ScanOrder}.";
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        return RecordedNetwork.Problem(ParametersOfRecording(), activations);
    }

    /// <summary>The network as a CPU runs it best; null where it cannot run so.</summary>
    internal PackedNetwork? Pack()
    {
        if (Config.ScanOrder != ScanOrder.SpatialFirst) return null;
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var parameters = ParametersOfRecording();
        return PackedNetwork.Problem(parameters) is null ? new PackedNetwork(parameters) : null;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _permutation.Dispose();
        base.Dispose(disposing);
    }

    private PatchGrid Patches => new(Config.Channels, Config.Frames, Config.Height, Config.Width, Config.Tubelet, Config.PatchSize, Config.Stride ?? Config.PatchSize);

    private EmbeddingParameters ParametersOfEmbedding() => new(_patchEmbed.Weight.flatten(1), _patchEmbed.Bias, _clsToken, _posEmbed, _temporalPosEmbedding);

    private NetworkParameters ParametersOfRecording()
    {
        var (cls, positions) = Positions();
        var table = cat([cls, positions.Plus(_patchEmbed.Bias.Wide()).expand(-1, Config.SequenceLength - 1, -1)], 1).squeeze(0);
        return new NetworkParameters(
            Patches, _patchEmbed.Weight.flatten(1), table, [.. _layers.Select(layer => layer.Parameters())], _finalNorm.Parameters(), Config.NormEpsilon, _head?.weight, _head?.bias);
    }

    // What is added to the embedded patches, and the class token with its own position: (1, patches, embed_dim) and (1, 1, embed_dim), float32.
    private (Tensor Cls, Tensor Patches) Positions()
    {
        var positions = _posEmbed.Wide();
        var patchPositions = positions.narrow(1, 1, Config.PatchesPerFrame);
        if (_temporalPosEmbedding is not null)
        {
            patchPositions = patchPositions.unsqueeze(1).Plus(_temporalPosEmbedding.Wide().unsqueeze(2)).flatten(1, 2);
        }

        return (_clsToken.Wide().Plus(positions.narrow(1, 0, 1)), patchPositions);
    }

    private LayerOutput RunToLastLayer(Tensor clips) => RunLayers(EmbedTokens(clips), [Config.Depth - 1])[0];

    private LayerOutput RunLayer(int layer, Tensor tokens, LayerOutput? previous, Tensor? dropPath, StreamHandover stream)
    {
        using var scope = NewDisposeScope();
        var input = previous is { } before ? new BlockInput(before.Hidden, before.Residual, dropPath) : new BlockInput(tokens, Residual: null, DropPath: null);
        return _layers[layer].Run(input, recompute: layer < Config.CheckpointedLayers && is_grad_enabled(), stream).MoveToOuterDisposeScope();
    }

    // In bfloat16 what a layer adds to the stream is half the stream's size. All layers must run as one operation: only those hand it on.
    private bool HandStreamOn(Tensor tokens) =>
        is_grad_enabled() && Config.ScanOrder == ScanOrder.SpatialFirst && _layers.All(layer => layer.Type == ScalarType.BFloat16) && _layers[0].IsFused(tokens);

    // Linear from 0 at layer 1 towards the configured rate, which the drop path ahead of the final norm has; layer 0 gets the embedded tokens undropped.
    private double DropPathRate(int layer) => Config.Depth > 1 ? Config.DropPath * Math.Max(0, layer - 1) / (Config.Depth - 1) : 0;

    // The draws of all layers up to a last one. On a card a launch costs more than the numbers: there they are drawn together.
    private Tensor?[] DrawDropPaths(Tensor tokens, int last)
    {
        const int First = 2;
        var draws = new Tensor?[last + 1];
        if (Config.DropPath == 0 || !training || last < First) return draws;
        if (tokens.device_type != TorchSharp.DeviceType.CUDA)
        {
            for (int layer = First; layer <= last; layer++) draws[layer] = DrawDropPath(tokens, DropPathRate(layer));
            return draws;
        }

        using var keep = linspace(1 - DropPathRate(First), 1 - DropPathRate(last), last - First + 1, ScalarType.Float32, tokens.device).unsqueeze(1).expand(-1, tokens.shape[0]).contiguous();
        using var factors = bernoulli(keep).div_(keep);
        for (int layer = First; layer <= last; layer++) draws[layer] = factors[layer - First];
        return draws;
    }

    // Stochastic depth drops a layer's result for whole samples, and scales it up for the others so that the mean stays: each sample's factor, (batch), or null.
    private Tensor? DrawDropPath(Tensor hidden, double rate)
    {
        if (rate == 0 || !training) return null;
        double keep = 1 - rate;
        return empty([hidden.shape[0]], ScalarType.Float32, hidden.device).bernoulli_(keep).mul_(TorchScalar.Of(1 / keep));
    }

    internal Tensor Pool(LayerOutput output, Pooling pooling) => pooling.Kind switch
    {
        PoolingKind.Cls or PoolingKind.Layer => NormTokens(output.Narrow(0, 1)).squeeze(1),
        PoolingKind.Mean => PatchTokens(output).mean([1]),
        PoolingKind.Frames => PatchTokens(output).unflatten(1, Config.TemporalPositions, Config.PatchesPerFrame).mean([2]),
        PoolingKind.Tokens => NormTokens(output),
        _ => throw new ArgumentException($"{pooling.Kind} is no pooling.", nameof(pooling)),
    };

    private Tensor PatchTokens(LayerOutput output) => NormTokens(output.Narrow(1, Config.SequenceLength - 1));

    private int LayerOf(Pooling pooling)
    {
        ArgumentNullException.ThrowIfNull(pooling);
        int layer = pooling.LayerIndex ?? Config.Depth - 1;
        return layer < Config.Depth ? layer : throw new ArgumentException($"Pooling {pooling} needs a model of more than {layer} layers; this one has {Config.Depth}.", nameof(pooling));
    }

    internal void CheckClips(Tensor clips)
    {
        ArgumentNullException.ThrowIfNull(clips);
        long[] wanted = Config.IsVideo ? [Config.Channels, Config.Frames, Config.Height, Config.Width] : [Config.Channels, Config.Height, Config.Width];
        long[] shape = clips.shape;
        if (shape.Length != wanted.Length + 1 || shape[0] < 1 || !shape.AsSpan(1).SequenceEqual(wanted))
        {
            string axes = Config.IsVideo ? "(batch, channels, frames, height, width)" : "(batch, channels, height, width)";
            throw new ArgumentException($"The {(Config.IsVideo ? "clips" : "images")} must be {axes} = (1 or more, {string.Join(", ", wanted)}); they are ({string.Join(", ", shape)}).", nameof(clips));
        }

        if (!clips.is_floating_point()) throw new ArgumentException($"The pixels must be of a floating type; they are {clips.dtype}.", nameof(clips));
        if (clips.device_type != Device.type || clips.device_index != Device.index)
        {
            throw new ArgumentException($"The pixels must be on the model's device, {Device}; they are on {clips.device}.", nameof(clips));
        }
    }

    private void CheckTokens(Tensor tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        long[] shape = tokens.shape;
        if (shape.Length != 3 || shape[0] < 1 || shape[1] < 1 || shape[2] != Config.EmbedDim)
        {
            throw new ArgumentException($"The tokens must be (batch, tokens, {Config.EmbedDim}); they are ({string.Join(", ", shape)}).", nameof(tokens));
        }
    }

    private void CheckLayers(IReadOnlyCollection<int> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Count == 0 || layers.Any(layer => layer < 0 || layer >= Config.Depth))
        {
            throw new ArgumentException($"Layers must be from 0 to {Config.Depth - 1}, at least one; they are [{string.Join(", ", layers)}].", nameof(layers));
        }
    }
}
