using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Training.Clips;

/// <summary>
/// Keeps decoded clips, in memory up to a bound and then in a folder up to another, so that epochs after the first do not decode again. Nothing is thrown
/// out to make room: every epoch asks for every clip once, and then the first ones kept serve as well as any. Safe to share between threads.
/// </summary>
public sealed class ClipCache
{
    private readonly ConcurrentDictionary<string, VideoClip> _clips = new();
    private readonly ConcurrentDictionary<string, Lazy<VideoClip>> _reading = new();
    private readonly ClipStore? _store;
    private readonly long _memoryLimit;
    private long _memoryBytes, _hits, _misses;

    /// <summary>Starts empty, but for what the folder holds from before.</summary>
    /// <param name="memoryBytes">Most bytes of pixels in memory, at least 0.</param>
    /// <param name="folder">Where to keep what does not fit in memory; null for nowhere. It is made when the first clip is written there.</param>
    /// <param name="diskBytes">Most bytes in the folder, at least 0.</param>
    public ClipCache(long memoryBytes, string? folder = null, long diskBytes = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(memoryBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(diskBytes);
        _memoryLimit = memoryBytes;
        _store = folder is null ? null : new ClipStore(folder, diskBytes);
    }

    /// <summary>A quarter of the memory that this process may use: the bound to take where nothing else is known.</summary>
    public static long DefaultMemoryBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>Bytes of pixels in memory.</summary>
    public long MemoryBytes => Interlocked.Read(ref _memoryBytes);

    /// <summary>Bytes in the folder.</summary>
    public long DiskBytes => _store?.Bytes ?? 0;

    /// <summary>Clips that were found.</summary>
    public long Hits => Interlocked.Read(ref _hits);

    /// <summary>Clips that had to be read.</summary>
    public long Misses => Interlocked.Read(ref _misses);

    /// <summary>Whether a clip was read that there was no room for.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Why no more clips are written to the folder, such as a full disk; null while all is well. Clips are then decoded again instead.</summary>
    public IOException? DiskFailure => _store?.Failure;

    /// <summary>Takes away the clips that caches keep in a folder, and the folder if nothing else is in it: files that are none of theirs stay. No cache may be using it.</summary>
    /// <param name="folder">The folder; it need not be there.</param>
    public static void Delete(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ClipStore.Delete(folder);
    }

    /// <summary>A key that changes when the file does.</summary>
    /// <param name="path">A file, or a folder of frames.</param>
    /// <param name="sampling">Which of its frames at which size: whatever else decides the pixels.</param>
    /// <exception cref="VideoException">There is no such file.</exception>
    public static string KeyOf(string path, string sampling)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = new FileInfo(path);
        FileSystemInfo found = file.Exists ? file : Directory.Exists(path) ? new DirectoryInfo(path) : throw new VideoException(path, "open", "file not found");
        return string.Create(CultureInfo.InvariantCulture, $"{found.FullName}|{(file.Exists ? file.Length : 0)}|{found.LastWriteTimeUtc.Ticks}|{sampling}");
    }

    /// <summary>The clip under a key, or what a reader gives, which is then kept if there is room.</summary>
    /// <param name="key">From <see cref="KeyOf"/>.</param>
    /// <param name="read">Reads the clip. Its errors pass through and nothing is kept.</param>
    public VideoClip GetOrRead(string key, Func<VideoClip> read)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(read);
        if (_clips.TryGetValue(key, out var clip) || (clip = _store?.Find(key)) is not null)
        {
            Interlocked.Increment(ref _hits);
            return clip;
        }

        // Two threads that ask for the same clip at once read it once.
        var reading = _reading.GetOrAdd(key, _ => new Lazy<VideoClip>(() => Read(key, read)));
        try
        {
            return reading.Value;
        }
        finally
        {
            _reading.TryRemove(KeyValuePair.Create(key, reading));
        }
    }

    private VideoClip Read(string key, Func<VideoClip> read)
    {
        if (_clips.TryGetValue(key, out var there)) return there;
        Interlocked.Increment(ref _misses);
        var clip = read();
        if (!KeepInMemory(key, clip) && _store?.Keep(key, clip) != true) IsFull = true;
        return clip;
    }

    private bool KeepInMemory(string key, VideoClip clip)
    {
        long size = (long)clip.Frames * clip.Height * clip.Width * 3;
        if (Interlocked.Add(ref _memoryBytes, size) <= _memoryLimit && _clips.TryAdd(key, clip)) return true;
        Interlocked.Add(ref _memoryBytes, -size);
        return _clips.ContainsKey(key);
    }
}
