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
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskScheduler _workers;
    private readonly MakeClip[] _make;
    private readonly Task<VideoClip?>[] _clips;

    /// <param name="source">Where the clips come from; the batch disposes of it.</param>
    /// <param name="capacity">The most rows of a batch.</param>
    /// <param name="workers">Clips made at once. They share the cores.</param>
    public ClipBatch(ClipSource source, int capacity, int workers)
    {
        (_source, _threads) = (source, Math.Max(1, Environment.ProcessorCount / workers));
        _workers = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, workers).ConcurrentScheduler;
        (_make, _clips) = (new MakeClip[capacity], new Task<VideoClip?>[capacity]);
    }

    public void Read(int slot) => _make[slot] = _source.Read();

    public void Evaluate(int first, int count)
    {
        for (int slot = first; slot < first + count; slot++)
        {
            var make = _make[slot];
            var clip = new Task<VideoClip?>(() => make(_threads, _ending.Token), _ending.Token);
            if (count == 1) clip.RunSynchronously(TaskScheduler.Default);
            else clip.Start(_workers);
            _clips[slot] = clip;
        }
    }

    public Delegate Getter(int output, Func<int> slot) => (ValueGetter<VideoClip?>)((ref VideoClip? value) => value = _clips[slot()].GetAwaiter().GetResult());

    public void Dispose()
    {
        // Clips that nobody will read are given up within a frame. What is wrong with them is nobody's either.
        _ending.Cancel();
        Task.WhenAll(_clips.Where(clip => clip is not null)).ContinueWith(static all => _ = all.Exception, TaskScheduler.Default).GetAwaiter().GetResult();
        _ending.Dispose();
        _source.Dispose();
    }
}
