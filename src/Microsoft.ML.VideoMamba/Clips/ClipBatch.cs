using System.Runtime.ExceptionServices;
using Microsoft.ML.VideoMamba.DataViews;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Clips;

/// <summary>Makes the clips of a batch of rows in parallel. An error waits until its own row is read, so that the rows before it are served.</summary>
internal sealed class ClipBatch(ClipSource source, int capacity) : IBatch
{
    private readonly Func<VideoClip?>[] _make = new Func<VideoClip?>[capacity];
    private readonly VideoClip?[] _clips = new VideoClip?[capacity];
    private readonly ExceptionDispatchInfo?[] _errors = new ExceptionDispatchInfo?[capacity];

    public void Read(int slot) => _make[slot] = source.Read();

    public void Evaluate(int count)
    {
        if (count == 1) Make(0);
        else Parallel.For(0, count, Make);
    }

    public Delegate Getter(int output, Func<int> slot) => (ValueGetter<VideoClip?>)((ref VideoClip? value) =>
    {
        int current = slot();
        _errors[current]?.Throw();
        value = _clips[current];
    });

    public void Dispose() => source.Dispose();

    private void Make(int slot)
    {
        (_clips[slot], _errors[slot]) = (null, null);
        try
        {
            _clips[slot] = _make[slot]();
        }
        catch (Exception error)
        {
            _errors[slot] = ExceptionDispatchInfo.Capture(error);
        }
    }
}
