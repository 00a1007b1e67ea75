using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Normalization;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Inference;

/// <summary>
/// A network for scoring on a CUDA device: its weights prepared once, its forward pass recorded as a CUDA graph and replayed without an allocation and without
/// torch's dispatcher. Walks tokens in spatial-first order.
/// </summary>
/// <remarks>
/// The recording holds a pass over all clips of a call, or over as many as make it faster: it is then replayed for each part of them. Where half of the clips still
/// fill the card it holds two passes side by side, each over its half: while one scans, the other multiplies.
/// Safe to call from several threads: they take turns. Later changes of the parameters are not seen.
/// </remarks>
public sealed class RecordedNetwork : IDisposable
{
    /// <summary>What cuBLAS may use on Hopper for its fastest products; passes side by side share it.</summary>
    private const long WorkspaceBytes = 32 << 20;

    /// <summary>Groups of channels of a multiprocessor of which half still keep it busy: the other half then runs beside.</summary>
    private const int GroupsOfTwoPasses = 11;

    private readonly Lock _turn = new();
    private readonly RecordedWeights _weights;
    private readonly List<RecordedPass> _passes = [];
    private readonly CudaGraph _graph;
    private readonly int _clipsOfPass;

    /// <summary>Prepares the weights and records the pass.</summary>
    /// <param name="parameters">What the network learnt, on one CUDA device; copied.</param>
    /// <param name="batch">Clips of a call, from 1 up.</param>
    /// <param name="activations">float32 or bfloat16.</param>
    /// <param name="clipsAtOnce">Clips that run at a time, from 1 to <paramref name="batch"/>: fewer take less memory, and more time where they leave the card idle. Null chooses as many as make it faster.</param>
    /// <param name="passes">Passes side by side that these are shared out to, from 1 to <paramref name="clipsAtOnce"/>. Null chooses.</param>
    /// <exception cref="ArgumentException"><see cref="Problem"/> names one.</exception>
    public RecordedNetwork(NetworkParameters parameters, int batch, ScalarType activations, int? clipsAtOnce = null, int? passes = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(clipsAtOnce ?? 1, 1, nameof(clipsAtOnce));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(clipsAtOnce ?? 1, batch, nameof(clipsAtOnce));
        ArgumentOutOfRangeException.ThrowIfLessThan(passes ?? 1, 1, nameof(passes));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(passes ?? 1, clipsAtOnce ?? batch, nameof(passes));
        if (Problem(parameters, activations) is { } problem) throw new ArgumentException(problem, nameof(parameters));
        using var noGradients = no_grad();
        Batch = batch;
        _weights = new RecordedWeights(parameters, activations);
        int groups = CudaScan.GroupsOf(_weights.OfOneClip.Inner) * _weights.OfOneClip.Directions, multiprocessors = _weights.Device.Multiprocessors;
        ClipsAtOnce = clipsAtOnce ?? CudaScan.ClipsAtOnce(batch, groups, multiprocessors);
        int sideBySide = Math.Min(ClipsAtOnce, passes ?? ((long)ClipsAtOnce * groups >= GroupsOfTwoPasses * multiprocessors ? 2 : 1));
        _clipsOfPass = Grid.Cover(ClipsAtOnce, sideBySide);
        _graph = new CudaGraph(_weights.Device, sideBySide);
        try
        {
            for (int i = 0; i < sideBySide; i++) _passes.Add(new RecordedPass(_weights, _clipsOfPass, WorkspaceBytes / sideBySide));
            Record();
        }
        catch
        {
            // A card that has no room for this batch may have it for a smaller one.
            Dispose();
            throw;
        }
    }

    /// <summary>Clips of a call.</summary>
    public int Batch { get; }

    /// <summary>Clips that run at a time.</summary>
    public int ClipsAtOnce { get; }

    /// <summary>Passes side by side that these are shared out to.</summary>
    public int Passes => _passes.Count;

    /// <summary>The activations' type.</summary>
    public ScalarType Activations => _weights.Activations;

    /// <summary>Null where such a network can be recorded, else one line that says what is in the way.</summary>
    public static string? Problem(NetworkParameters parameters, ScalarType activations)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var positions = parameters.Positions;
        if (activations is not (ScalarType.Float32 or ScalarType.BFloat16)) return $"Activations are Float32 or BFloat16, not {activations}.";
        if (positions.device_type != TorchSharp.DeviceType.CUDA) return $"A network is recorded on a CUDA device; this one is on {positions.device}.";
        if (CudaSupport.Problem(positions.device_index) is { } problem) return problem;
        if (positions.shape[1] > CudaNorm.MostChannels) return $"Tokens of more than {CudaNorm.MostChannels} channels cannot be recorded; these have {positions.shape[1]}.";
        var odd = parameters.Layers.FirstOrDefault(layer => layer.Mixer.Forward.States != CudaScan.States || layer.Mixer.OutProj.shape[1] % 8 != 0);
        return odd.Mixer is null ? null : $"Only mixers with d_state {CudaScan.States} and d_inner a multiple of 8 can be recorded; this one has {odd.Mixer.Forward.States} and {odd.Mixer.OutProj.shape[1]}.";
    }

    /// <summary>Scores clips.</summary>
    /// <param name="clips">
    /// <see cref="Batch"/> clips of normalised pixels, (batch, colours, frames, height, width), or (batch, colours, height, width) for images; float32 or bfloat16, on
    /// the network's device.
    /// </param>
    /// <returns>Logits, (batch, classes), float32; normed class tokens where there is no head. A copy: the next call leaves it as it is.</returns>
    /// <exception cref="ArgumentException">Shape, type or device do not fit.</exception>
    public Tensor Run(Tensor clips)
    {
        Check(clips);
        using var scope = NewDisposeScope();
        var dense = clips.contiguous();
        lock (_turn)
        {
            var logits = empty([Batch, _weights.Outputs], device: dense.device);
            for (int next = 0; next < Batch; next += _passes.Count * _clipsOfPass)
            {
                // What is left at the end runs with some before it again.
                int First(int pass) => Math.Min(next + pass * _clipsOfPass, Batch - _clipsOfPass);
                _graph.Replay(() =>
                {
                    for (int i = 0; i < _passes.Count; i++) _passes[i].Gather(dense, First(i), _graph.Stream);
                });
                for (int i = 0; i < _passes.Count; i++) logits.narrow(0, First(i), _clipsOfPass).copy_(_passes[i].Logits);
            }

            return logits.MoveToOuterDisposeScope();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _graph.Dispose();
        foreach (var pass in _passes) pass.Dispose();
        _weights.Dispose();
    }

    private void Record()
    {
        using var loan = CudaBlas.Borrow(_weights.Device);
        _graph.Replay(() =>
        {
            // Compiles, loads and tunes everything that the recording will hold.
            foreach (var pass in _passes)
            {
                pass.ClearPatches(_graph.Stream);
                pass.Queue(loan.Blas, _graph.Stream);
            }
        });
        _graph.Wait();
        _graph.Record((branch, stream) => _passes[branch].Queue(loan.Blas, stream));
    }

    private void Check(Tensor clips)
    {
        ArgumentNullException.ThrowIfNull(clips);
        var grid = _weights.Parameters.Patches;
        long[] wanted = [Batch, grid.Colours, grid.Frames, grid.Height, grid.Width];
        long[] shape = clips.shape.Length == 4 ? [.. clips.shape[..2], 1, .. clips.shape[2..]] : clips.shape;
        if (!shape.AsSpan().SequenceEqual(wanted)) throw new ArgumentException($"The clips must be ({string.Join(", ", wanted)}); they are ({string.Join(", ", clips.shape)}).", nameof(clips));
        if (clips.dtype is not (ScalarType.Float32 or ScalarType.BFloat16)) throw new ArgumentException($"The pixels must be Float32 or BFloat16; they are {clips.dtype}.", nameof(clips));
        if (clips.device_type != TorchSharp.DeviceType.CUDA || clips.device_index != _weights.Device.Index) throw new ArgumentException($"The pixels must be on cuda:{_weights.Device.Index}; they are on {clips.device}.", nameof(clips));
    }
}
