using System.Runtime.InteropServices;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Inference;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Networks;

/// <summary>
/// A trained network and what prepares its input. Nobody disposes of it: engines, views and models share it, and its memory is freed when the last of them
/// is collected. May be used from several threads at once.
/// </summary>
internal sealed class Network
{
    private readonly VideoMambaModel _model;
    private readonly PreparedModel _prepared;
    private readonly long[] _inputShape;
    private readonly long _bytes;

    /// <summary>Takes over a prepared model and the model itself.</summary>
    public Network(PreparedModel prepared)
    {
        (_prepared, _model) = (prepared, prepared.Model);
        var config = _model.Config;
        _inputShape = config.IsVideo ? [config.Channels, config.Frames, config.Height, config.Width] : [config.Channels, config.Height, config.Width];
        Preparation = new ClipPreparation(config);

        // The collector sees a small object: told of the weights and their packed copy, it comes before many dropped models fill the memory.
        _bytes = 2 * _model.parameters().Sum(parameter => parameter.NumberOfElements * parameter.ElementSize);
        GC.AddMemoryPressure(_bytes);
    }

    /// <summary>The tensors free themselves.</summary>
    ~Network() => GC.RemoveMemoryPressure(_bytes);

    public VideoMambaConfig Config => _model.Config;

    public string Device => _model.Device.ToString();

    public ClipPreparation Preparation { get; }

    /// <summary>Builds a model that outlives the caller's dispose scope.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="deviceName">cpu or cuda:N.</param>
    /// <param name="load">Puts weights into it, and converts it where that is wanted.</param>
    public static Network Create(VideoMambaConfig config, string deviceName, Action<VideoMambaModel> load)
    {
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        var model = new VideoMambaModel(config);
        load(model);
        model.to(device(deviceName));
        return TakeOver(model);
    }

    /// <summary>Takes a model that was built in the current dispose scope out of it.</summary>
    public static Network TakeOver(VideoMambaModel model)
    {
        foreach (var parameter in model.parameters()) parameter.DetachFromDisposeScope();
        foreach (var buffer in model.buffers()) buffer.DetachFromDisposeScope();
        return new Network(new PreparedModel(model));
    }

    /// <summary>Runs some inputs at once.</summary>
    /// <param name="input">Writes them, on several threads.</param>
    /// <param name="slots">Which of its slots, at least one.</param>
    /// <param name="output">What is asked of the model: a row of floats for each input.</param>
    /// <returns>The rows one after another.</returns>
    public float[] Run(NetworkInput input, int[] slots, Func<PreparedModel, Tensor, Tensor> output)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        return output(_prepared, Batch(input, slots)).to(ScalarType.Float32).cpu().data<float>().ToArray();
    }

    private Tensor Batch(NetworkInput input, int[] slots)
    {
        if (!input.HasFrames || !Preparation.EvaluatesBytes || !FramePixels.AreMadeOn(_model.Device))
        {
            return Fill<float>(empty([slots.Length, .. _inputShape]), slots, input.Write).to(_model.Device);
        }

        var frames = Fill<byte>(empty([slots.Length, Config.Frames, Config.Height, Config.Width, 3], ScalarType.Byte), slots, input.WriteFrames);
        return FramePixels.Make(frames, Preparation.Normalization, _model.Device).view([slots.Length, .. _inputShape]);
    }

    private static Tensor Fill<T>(Tensor batch, int[] slots, WriteSlot<T> write)
        where T : unmanaged
    {
        if (slots.Length == 1) Write(0);
        else Parallel.For(0, slots.Length, Write);
        return batch;

        void Write(int number)
        {
            using var part = batch.narrow(0, number, 1);
            write(slots[number], MemoryMarshal.Cast<byte, T>(part.bytes));
        }
    }

    private delegate void WriteSlot<T>(int slot, Span<T> input);

    public void Save(Stream stream, IReadOnlyList<string>? labels) => CheckpointWriter.Save(_model, stream, labels);

    public void Save(string path, IReadOnlyList<string>? labels) => CheckpointWriter.Save(_model, path, labels);
}
