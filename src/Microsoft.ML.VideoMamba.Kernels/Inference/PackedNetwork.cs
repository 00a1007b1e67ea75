using Microsoft.ML.VideoMamba.Kernels.MatrixProducts;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using Microsoft.ML.VideoMamba.Kernels.Threading;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Inference;

/// <summary>
/// A network for scoring on a CPU in float32 or bfloat16: matrices packed once, passes over a few clips that keep their buffers. Clips are independent, so that each thread
/// takes its own while there are enough of them; the threads share what is left over.
/// </summary>
/// <remarks>Safe to call from several threads at once. Later changes of the parameters are not seen. Walks tokens in spatial-first order.</remarks>
public sealed unsafe class PackedNetwork : IDisposable
{
    /// <summary>Tokens of a pass: enough to fill the products' tiles, few enough for the caches.</summary>
    private const int TokensOfPass = 2048;

    private readonly PackedWeights _weights;
    private readonly List<PackedPass> _idle = [];
    private readonly Lock _turn = new();
    private readonly int _length, _embed;

    /// <param name="parameters">What the network learnt.</param>
    /// <exception cref="ArgumentException"><see cref="Problem"/> names one.</exception>
    public PackedNetwork(NetworkParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (Problem(parameters) is { } problem) throw new ArgumentException(problem, nameof(parameters));
        _weights = new PackedWeights(parameters);
        (_length, _embed) = ((int)parameters.Positions.shape[0], (int)parameters.Positions.shape[1]);
    }

    /// <summary>Null where a network can be packed, else one line that says what is in the way.</summary>
    public static string? Problem(NetworkParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var mixer = parameters.Layers[0].Mixer;
        var (type, device) = (mixer.InProj.dtype, mixer.InProj.device);
        if (device.type != DeviceType.CPU || type is not (ScalarType.Float32 or ScalarType.BFloat16)) return $"A network is packed in float32 or bfloat16 in main memory; this one is {type} on {device}.";
        if (type == ScalarType.Float32) return null;
        if (!PairTile.IsSupported) return "This machine has no AVX512-BF16, or lets no process make the code that uses it.";
        long[] inputs = [parameters.Patches.PatchSize, .. mixer.OutProj.shape];
        return inputs.Any(count => count % 2 != 0) ? $"bfloat16 is multiplied in pairs: patches of {inputs[0]} numbers, {inputs[1]} channels and {inputs[2]} inner ones are not all even." : null;
    }

    /// <summary>Runs clips through all layers.</summary>
    /// <param name="clips">(batch, channels, frames, height, width), or without frames for images, float32 in main memory, of the network's sizes.</param>
    /// <param name="allTokens">Whether the results of all tokens are wanted, and not those of the class tokens alone.</param>
    /// <returns>The last mixer's result, not yet added, and the stream before it, (batch, tokens or 1, embed_dim): the result in the activations' type, the stream in float32.</returns>
    public (Tensor Hidden, Tensor Residual) Run(Tensor clips, bool allTokens)
    {
        ArgumentNullException.ThrowIfNull(clips);
        using var scope = NewDisposeScope();
        var dense = clips.contiguous();
        int batch = (int)dense.shape[0], threads = ThreadTeam.Size, rows = allTokens ? _length : 1;
        Tensor hidden = empty([batch, rows, _embed], _weights.Type), residual = empty(batch, rows, _embed);
        float* pixels = (float*)TensorMemory.Address(dense), toResidual = (float*)TensorMemory.Address(residual);
        var toHidden = new TensorRows(hidden);
        long pixelsOfClip = dense.NumberOfElements / batch, resultsOfClip = (long)rows * _embed;
        int clipsOfPass = Math.Clamp(TokensOfPass / _length, 1, (batch + threads - 1) / threads);
        int passes = (batch + clipsOfPass - 1) / clipsOfPass, apart = threads > 1 ? passes / threads * threads : 0;
        ThreadTeam.ForEach(apart, pass => RunPass(pass, alone: true));
        for (int pass = apart; pass < passes; pass++) RunPass(pass, alone: threads == 1);
        GC.KeepAlive((dense, hidden, residual));
        return (hidden.MoveToOuterDisposeScope(), residual.MoveToOuterDisposeScope());

        void RunPass(int number, bool alone)
        {
            int first = number * clipsOfPass;
            var pass = Take(Math.Min(clipsOfPass, batch - first), allTokens);
            pass.Run(pixels + first * pixelsOfClip, alone);
            pass.CopyResults(toHidden.At((long)first * rows, 0), toResidual + first * resultsOfClip);
            GiveBack(pass);
        }
    }

    /// <summary>Frees the buffers of passes that do not run.</summary>
    public void Dispose()
    {
        lock (_turn)
        {
            foreach (var pass in _idle) pass.Dispose();
            _idle.Clear();
        }
    }

    private PackedPass Take(int batch, bool allTokens)
    {
        lock (_turn)
        {
            int found = _idle.FindIndex(pass => pass.Batch == batch && pass.AllTokens == allTokens);
            if (found >= 0)
            {
                var pass = _idle[found];
                _idle.RemoveAt(found);
                return pass;
            }
        }

        return new PackedPass(_weights, batch, allTokens);
    }

    /// <summary>Keeps a pass for later calls, as many as run at once.</summary>
    private void GiveBack(PackedPass pass)
    {
        lock (_turn)
        {
            _idle.Add(pass);
            if (_idle.Count <= ThreadTeam.Size) return;
            _idle[0].Dispose();
            _idle.RemoveAt(0);
        }
    }
}
