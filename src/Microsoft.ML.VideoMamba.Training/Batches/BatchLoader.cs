using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.VideoMamba.Kernels.Frames;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Training.Batches;

/// <summary>
/// Reads and prepares clips on worker threads, a few batches ahead of the one that learns. Batches are begun while the last clips of the one before are under
/// way, as many as hold two clips for each worker: none waits for the slowest clip.
/// </summary>
/// <param name="clips">The clips.</param>
/// <param name="preparation">What the network takes.</param>
/// <param name="options">Batch size, seed, workers and what happens to clips that cannot be read.</param>
/// <param name="uploader">Sends frames to the card that prepares them; null to prepare them in main memory. Another owns it.</param>
internal sealed class BatchLoader(ITrainingSet clips, ClipPreparation preparation, TrainingOptions options, FrameUploader? uploader = null)
{
    private const int BatchesAhead = 2;
    private const int ClipsBehind = 2; // for each worker, in batches behind the one that is awaited
    private const int MaxSubstitutes = 16;

    private readonly ConcurrentDictionary<int, VideoException> _failures = new();

    // A card waits for the thread that queues its work: that one gets a core of its own.
    private readonly int _workers = options.Workers > 0 ? options.Workers : Math.Max(1, Environment.ProcessorCount - (uploader is null ? 0 : 1));

    /// <summary>Clips that could not be read, each once.</summary>
    public IReadOnlyCollection<VideoException> Failures => [.. _failures.OrderBy(failure => failure.Key).Select(failure => failure.Value)];

    /// <summary>Told, from a worker's thread, of each clip that cannot be read, once.</summary>
    public event Action<VideoException>? Failed;

    public int BatchesOfEpoch => (clips.Count + options.BatchSize - 1) / options.BatchSize;

    /// <summary>All clips in an order of the epoch's own (<see cref="EpochOrder"/>), each drawn anew.</summary>
    public IEnumerable<Batch> Training(int epoch, CancellationToken cancellation)
    {
        var repeated = options.RepeatedAugmentation;
        int[] order = EpochOrder.Draw(clips.Count, repeated, new Random(SeedMix.Of(options.Seed, epoch)));
        int size = repeated.KeepsLength ? options.BatchSize : options.BatchSize * repeated.Repeats;
        // Versions of a clip follow one another: the place tells them apart.
        return Ahead(order, size, place => new Random(SeedMix.Of(options.Seed, epoch, order[place], place % repeated.Repeats)), cancellation);
    }

    /// <summary>All clips in order, as evaluated. A clip that cannot be read is left out, unless failures are thrown.</summary>
    public IEnumerable<Batch> Evaluation(CancellationToken cancellation) => Ahead([.. Enumerable.Range(0, clips.Count)], options.BatchSize, _ => null, cancellation);

    private IEnumerable<Batch> Ahead(int[] order, int size, Func<int, Random?> draws, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var queue = new BlockingCollection<Batch>(BatchesAhead);
        var producer = OnOwnThread(() => Produce(order, size, draws, queue, ending));
        try
        {
            foreach (var batch in queue.GetConsumingEnumerable(cancellation)) yield return batch;
            producer.GetAwaiter().GetResult();
        }
        finally
        {
            ending.Cancel();
            // An enumeration that ends early has no use for the producer's error; one that ends in order has seen it above.
            Task.WhenAny(producer).GetAwaiter().GetResult();
            while (queue.TryTake(out var batch)) batch.Dispose();
        }
    }

    private void Produce(int[] order, int size, Func<int, Random?> draws, BlockingCollection<Batch> queue, CancellationTokenSource ending)
    {
        // The batches share the workers; whoever is done with the first one goes on with those behind.
        var loop = new ParallelOptions { MaxDegreeOfParallelism = _workers, CancellationToken = ending.Token, TaskScheduler = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, _workers).ConcurrentScheduler };
        int behind = Math.Max(1, (ClipsBehind * _workers + size - 1) / size);
        var begun = new Queue<Task<Func<Batch?>>>();
        try
        {
            foreach (var (number, indices) in order.Chunk(size).Index())
            {
                begun.Enqueue(OnOwnThread(() => Prepare(number, indices, place => draws(number * size + place), loop)));
                if (begun.Count > behind) Hand(begun.Dequeue(), queue, ending.Token);
            }

            while (begun.Count > 0) Hand(begun.Dequeue(), queue, ending.Token);
        }
        catch
        {
            // What went wrong need not wait for the clips of the batches that were begun behind it.
            ending.Cancel();
            throw;
        }
        finally
        {
            // Where the producer ends early, nobody asks for the batches that it has begun, nor for what went wrong with them.
            foreach (var batch in begun) Task.WhenAny(batch).GetAwaiter().GetResult();
            queue.CompleteAdding();
        }
    }

    /// <summary>For what mostly waits: on a machine of few cores it would take the pool's threads from the workers, and the pool makes others slowly.</summary>
    private static Task<T> OnOwnThread<T>(Func<T> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <inheritdoc cref="OnOwnThread{T}(Func{T})"/>
    private static Task OnOwnThread(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Hand(Task<Func<Batch?>> ready, BlockingCollection<Batch> queue, CancellationToken cancellation)
    {
        if (ready.GetAwaiter().GetResult()() is not { } batch) return;
        try
        {
            queue.Add(batch, cancellation);
        }
        catch (OperationCanceledException)
        {
            batch.Dispose();
            throw;
        }
    }

    /// <summary>Reads a batch's clips.</summary>
    /// <returns>What makes the batch of them, in its turn; null comes of it where no clip could be read.</returns>
    private Func<Batch?> Prepare(int number, int[] indices, Func<int, Random?> draws, ParallelOptions loop) =>
        uploader is null ? PrepareHere(number, indices, draws, loop) : PrepareToSend(number, indices, draws, uploader, loop);

    private Func<Batch?> PrepareHere(int number, int[] indices, Func<int, Random?> draws, ParallelOptions loop)
    {
        int length = preparation.InputLength;
        float[] pixels = ArrayPool<float>.Shared.Rent(checked(indices.Length * length));
        var read = new (string Name, int Index)?[indices.Length];
        ForEach(
            indices.Length,
            i => read[i] = Read(indices[i], draws(i), (index, random) => clips.Prepare(index, preparation, random, pixels.AsSpan(i * length, length))) is { } found ? (found.Read, found.Index) : null,
            loop);
        return () =>
        {
            int[] there = [.. Enumerable.Range(0, indices.Length).Where(i => read[i] is not null)];
            for (int i = 0; i < there.Length; i++)
            {
                if (there[i] != i) pixels.AsSpan(there[i] * length, length).CopyTo(pixels.AsSpan(i * length, length));
            }

            var prepared = new PooledClips(pixels, there.Length, length);
            if (there.Length > 0) return Describe(number, [.. there.Select(i => read[i]!.Value)], prepared);
            prepared.Dispose();
            return null;
        };
    }

    private Func<Batch?> PrepareToSend(int number, int[] indices, Func<int, Random?> draws, FrameUploader to, ParallelOptions loop)
    {
        var read = new ((string Name, ResampledClip Clip) Read, int Index)?[indices.Length];
        ForEach(indices.Length, i => read[i] = Read(indices[i], draws(i), (index, random) => clips.Plan(index, preparation, random)), loop);
        return () =>
        {
            var there = read.Where(clip => clip is not null).Select(clip => clip!.Value).ToList();
            if (there.Count == 0) return null;
            return Describe(number, [.. there.Select(clip => (clip.Read.Name, clip.Index))], new UploadedClips(to.Send([.. there.Select(clip => clip.Read.Clip)], loop.CancellationToken)));
        };
    }

    private Batch Describe(int number, IReadOnlyList<(string Name, int Index)> read, IBatchClips prepared) =>
        new(number, [.. read.Select(clip => clips.LabelOf(clip.Index))], [.. read.Select(clip => clip.Index)], [.. read.Select(clip => clip.Name)], prepared);

    private static void ForEach(int count, Action<int> body, ParallelOptions loop)
    {
        try
        {
            Parallel.For(0, count, loop, body);
        }
        catch (AggregateException all)
        {
            // Of several clips that fail at once, one is the error.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(all.InnerExceptions.FirstOrDefault(error => error is VideoException) ?? all.InnerExceptions[0]);
        }
    }

    /// <summary>Reads a clip, or what stands in for it; null where it is left out.</summary>
    private (T Read, int Index)? Read<T>(int index, Random? random, Func<int, Random?, T> read)
    {
        if (TryRead(index, random, read, out var found)) return (found, index);
        if (random is null || options.OnFailure != FailurePolicy.Substitute) return null;
        for (int attempt = 0; attempt < MaxSubstitutes; attempt++)
        {
            int other = random.Next(clips.Count);
            if (TryRead(other, random, read, out var substitute)) return (substitute, other);
        }

        throw _failures[index];
    }

    /// <summary>False for a clip that cannot be read now or could not before.</summary>
    private bool TryRead<T>(int index, Random? random, Func<int, Random?, T> read, [MaybeNullWhen(false)] out T found)
    {
        found = default;
        if (_failures.ContainsKey(index)) return false;
        try
        {
            found = read(index, random);
            return true;
        }
        catch (VideoException error) when (options.OnFailure != FailurePolicy.Throw)
        {
            if (_failures.TryAdd(index, error)) Failed?.Invoke(error);
            return false;
        }
    }
}
