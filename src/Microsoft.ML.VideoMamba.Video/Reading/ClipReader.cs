using Microsoft.ML.VideoMamba.Video.Decoding;

namespace Microsoft.ML.VideoMamba.Video.Reading;

/// <summary>Reads clips of many files in parallel, a bounded number ahead of the consumer, and hands them out in the files' order.</summary>
/// <example><code>
/// var sampler = new SparseSampler(8);
/// var reader = new ClipReader(new() { OnFailure = FailurePolicy.Skip });
/// foreach (var result in reader.Read(paths, (row, length) => [sampler.Validation(length)]))
///     Console.WriteLine(result.Error?.Message ?? $"{result.Path}: {result.Clips[0].Frames} frames");
/// </code></example>
public sealed class ClipReader
{
    private const int MaxSubstitutes = 16;

    private readonly ClipReaderOptions _options;
    private readonly int _workers, _capacity;
    private int _failures;

    /// <summary>Sets up a reader. It holds no resources between reads.</summary>
    /// <param name="options">How to read; the defaults if left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public ClipReader(ClipReaderOptions? options = null)
    {
        _options = options ?? new ClipReaderOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(_options.Workers, nameof(ClipReaderOptions.Workers));
        ArgumentOutOfRangeException.ThrowIfNegative(_options.Capacity, nameof(ClipReaderOptions.Capacity));
        if (!Enum.IsDefined(_options.OnFailure)) throw new ArgumentOutOfRangeException(nameof(options), _options.OnFailure, "No such failure policy.");
        _workers = _options.Workers > 0 ? _options.Workers : Environment.ProcessorCount;
        _capacity = _options.Capacity > 0 ? _options.Capacity : 2 * _workers;
        _options.Decoder.Checked();
    }

    /// <summary>How many files could not be read so far, over all reads.</summary>
    public int Failures => _failures;

    /// <summary>Reads clips of files.</summary>
    /// <param name="paths">The files (or folders of frames).</param>
    /// <param name="pick">Chooses each file's frames.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>One result for each file, in their order. Ending the enumeration early ends the work.</returns>
    /// <exception cref="VideoException">A file cannot be read and failures are thrown, or no file could stand in for it.</exception>
    /// <exception cref="OperationCanceledException">Cancellation was asked for.</exception>
    public IEnumerable<ClipResult> Read(IReadOnlyList<string> paths, ClipPicker pick, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(pick);
        return ReadInOrder(paths, pick, cancellation);
    }

    private IEnumerable<ClipResult> ReadInOrder(IReadOnlyList<string> paths, ClipPicker pick, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var decoder = DecoderFor(paths.Count);
        var factory = new TaskFactory(new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, _workers).ConcurrentScheduler);
        var ahead = new Queue<Task<ClipResult>>();
        try
        {
            for (int next = 0; next < paths.Count || ahead.Count > 0;)
            {
                for (; next < paths.Count && ahead.Count < _capacity; next++)
                {
                    int row = next;
                    ahead.Enqueue(factory.StartNew(() => ReadRow(paths, row, pick, decoder, ending.Token), ending.Token));
                }

                yield return ahead.Dequeue().GetAwaiter().GetResult();
            }
        }
        finally
        {
            // What is still under way ends within a frame; its result, or its error, has no reader any more.
            ending.Cancel();
            Task.WhenAll(ahead).ContinueWith(static all => _ = all.Exception, TaskScheduler.Default).GetAwaiter().GetResult();
        }
    }

    /// <summary>As many cores to each file as are left when all workers have one: with many files one thread each is fastest, a single file takes all.</summary>
    private VideoDecoderOptions DecoderFor(int files) => _options.Decoder.Threads > 0
        ? _options.Decoder
        : _options.Decoder with { Threads = Math.Max(1, Environment.ProcessorCount / Math.Clamp(files, 1, _workers)) };

    private ClipResult ReadRow(IReadOnlyList<string> paths, int row, ClipPicker pick, VideoDecoderOptions decoder, CancellationToken cancellation)
    {
        try
        {
            return new ClipResult(row, row, paths[row], ReadClips(paths[row], row, pick, decoder, cancellation), null);
        }
        catch (VideoException error) when (_options.OnFailure != FailurePolicy.Throw)
        {
            Interlocked.Increment(ref _failures);
            return _options.OnFailure == FailurePolicy.Skip ? new ClipResult(row, row, paths[row], [], error) : Substitute(paths, row, pick, decoder, error, cancellation);
        }
        catch (VideoException)
        {
            Interlocked.Increment(ref _failures);
            throw;
        }
    }

    private ClipResult Substitute(
        IReadOnlyList<string> paths, int row, ClipPicker pick, VideoDecoderOptions decoder, VideoException error, CancellationToken cancellation)
    {
        // One generator for each row: the draw does not depend on which thread comes first.
        var random = new Random(HashCodeOf(_options.Seed, row));
        for (int attempt = 0; attempt < MaxSubstitutes && paths.Count > 1; attempt++)
        {
            int other = random.Next(paths.Count - 1);
            if (other >= row) other++;
            try
            {
                return new ClipResult(row, other, paths[row], ReadClips(paths[other], row, pick, decoder, cancellation), error);
            }
            catch (VideoException)
            {
                // That file gets its own result and its own error in its own row; here only the next draw matters.
            }
        }

        throw new VideoException(paths[row], error.Stage, $"{error.Reason}; no other file could stand in for it", error);
    }

    private static IReadOnlyList<VideoClip> ReadClips(string path, int row, ClipPicker pick, VideoDecoderOptions decoder, CancellationToken cancellation) =>
        VideoReader.ReadClips(path, length => pick(row, length), decoder, cancellation);

    private static int HashCodeOf(int seed, int row) => unchecked((seed * 397) ^ (row * (int)2654435761u));
}
