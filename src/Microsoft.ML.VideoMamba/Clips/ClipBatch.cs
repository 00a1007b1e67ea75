using Microsoft.ML.VideoMamba.DataViews;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Clips;

/// <summary>
/// Makes the clips of a batch of rows on all cores. A row waits for its own clip alone, so that whoever reads rows works while later clips are made; and an
/// error waits until its row is read.
/// </summary>
internal sealed class ClipBatch : IBatch
{
    private readonly ClipSource _source;
    private readonly int _threads;
    private readonly TaskScheduler _workers;
    private readonly MakeClip[] _make;
    private readonly Task<VideoClip?>?[] _clips;
    private CancellationTokenSource _ending = new();

    /// <param name="source">Where the clips come from; the batch disposes of it.</param>
    /// <param name="capacity">The most rows of a batch.</param>
    /// <param name="workers">Clips made at once. They share the cores.</param>
    public ClipBatch(ClipSource source, int capacity, int workers)
    {
        (_source, _threads) = (source, Math.Max(1, Environment.ProcessorCount / workers));
        _workers = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, workers).ConcurrentScheduler;
        (_make, _clips) = (new MakeClip[capacity], new Task<VideoClip?>[capacity]);
    }

    public void Read(int slot)
    {
        if (slot == 0) GiveUp();
        _make[slot] = _source.Read();
    }

    public void Evaluate(int first, int count)
    {
        for (int slot = first; slot < first + count; slot++)
        {
            var (make, token) = (_make[slot], _ending.Token);
            var clip = new Task<VideoClip?>(() => make(_threads, token), token);
            if (count == 1) clip.RunSynchronously(TaskScheduler.Default);
            else clip.Start(_workers);
            _clips[slot] = clip;
        }
    }

    public Delegate Getter(int output, Func<int> slot) => (ValueGetter<VideoClip?>)((ref VideoClip? value) => value = _clips[slot()]!.GetAwaiter().GetResult());

    public void Dispose()
    {
        GiveUp();
        _ending.Dispose();
        _source.Dispose();
    }

    /// <summary>Ends, within a frame, the making of clips that nobody will read. What is wrong with them is nobody's either.</summary>
    private void GiveUp()
    {
        var underWay = _clips.OfType<Task>().ToList();
        if (underWay.Count == 0) return;
        _ending.Cancel();
        Task.WhenAll(underWay).ContinueWith(static all => _ = all.Exception, TaskScheduler.Default).GetAwaiter().GetResult();
        _ending.Dispose();
        _ending = new CancellationTokenSource();
        Array.Clear(_clips);
    }
}
