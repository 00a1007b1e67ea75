using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Writing;

namespace Microsoft.ML.VideoMamba.Training.Clips;

/// <summary>Decoded clips as files of a folder, each written beside its place and then renamed. A damaged file is as good as none.</summary>
internal sealed partial class ClipStore
{
    private const ulong Signature = 0x31_50_49_4C_43_4D_56_01;

    private readonly string _folder;
    private readonly long _limit;
    private long _bytes;

    public ClipStore(string folder, long limit)
    {
        _folder = Path.GetFullPath(folder);
        _limit = limit;
        _bytes = FilesOf(_folder).Sum(file => new FileInfo(file).Length);
    }

    public long Bytes => Interlocked.Read(ref _bytes);

    public IOException? Failure { get; private set; }

    public VideoClip? Find(string key)
    {
        string path = PathOf(key);
        if (!File.Exists(path)) return null;
        try
        {
            using var reader = new BinaryReader(File.OpenRead(path));
            return Read(reader);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes a clip.</summary>
    /// <returns>False where there is no room.</returns>
    public bool Keep(string key, VideoClip clip)
    {
        string path = PathOf(key);
        long size = SizeOf(clip);
        if (Failure is not null || !Reserve(size)) return false;
        try
        {
            long before = File.Exists(path) ? new FileInfo(path).Length : 0;
            AtomicFile.Write(path, stream => Write(stream, clip));
            Interlocked.Add(ref _bytes, -before);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Failure = error as IOException ?? new IOException(error.Message, error);
            Interlocked.Add(ref _bytes, -size);
            return false;
        }
    }

    /// <summary>Takes away the clips that a folder holds, and the folder if nothing else is in it.</summary>
    public static void Delete(string folder)
    {
        foreach (string file in FilesOf(folder)) File.Delete(file);
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }

    private static IEnumerable<string> FilesOf(string folder) => Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Where(file => Name().IsMatch(Path.GetFileName(file))) : [];

    /// <summary>A clip's file, or what a killed process left of one.</summary>
    [GeneratedRegex(@"^[0-9a-f]{32}\.clip(\.[0-9a-f]{32}\.partial)?$")]
    private static partial Regex Name();

    private bool Reserve(long size)
    {
        if (Interlocked.Add(ref _bytes, size) <= _limit) return true;
        Interlocked.Add(ref _bytes, -size);
        return false;
    }

    /// <summary>Signature, four numbers, frame numbers, times, pixels, the path.</summary>
    private static long SizeOf(VideoClip clip)
    {
        int path = Encoding.UTF8.GetByteCount(clip.Path), prefix = path < 0x80 ? 1 : path < 0x4000 ? 2 : path < 0x200000 ? 3 : 4;
        return HeaderBytes + FrameBytes(clip.Frames, clip.Height, clip.Width) + prefix + path;
    }

    private const int HeaderBytes = sizeof(ulong) + 4 * sizeof(int);

    private static long FrameBytes(int frames, int height, int width) => frames * (sizeof(int) + sizeof(double) + (long)height * width * 3);

    private static void Write(Stream stream, VideoClip clip)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Signature);
        foreach (int value in new[] { clip.Frames, clip.Height, clip.Width, clip.Gaps }) writer.Write(value);
        foreach (int index in clip.Indices) writer.Write(index);
        foreach (double time in clip.Times) writer.Write(time);
        for (int t = 0; t < clip.Frames; t++) writer.Write(clip.Frame(t));
        writer.Write(clip.Path);
    }

    private static VideoClip Read(BinaryReader reader)
    {
        if (reader.BaseStream.Length < HeaderBytes || reader.ReadUInt64() != Signature) throw new InvalidDataException("Not a stored clip.");
        int frames = reader.ReadInt32(), height = reader.ReadInt32(), width = reader.ReadInt32(), gaps = reader.ReadInt32();
        // Nothing is allocated that the file is too short for.
        if (frames < 0 || height < 1 || width < 1 || gaps < 0 || FrameBytes(frames, height, width) > reader.BaseStream.Length - HeaderBytes) throw new InvalidDataException("A damaged clip.");
        int[] indices = [.. Enumerable.Range(0, frames).Select(_ => reader.ReadInt32())];
        double[] times = [.. Enumerable.Range(0, frames).Select(_ => reader.ReadDouble())];
        var pixels = Enumerable.Range(0, frames).Select(_ => (ReadOnlyMemory<byte>)reader.ReadBytes(height * width * 3)).ToList();
        return new VideoClip(reader.ReadString(), height, width, pixels, indices, times, gaps);
    }

    private string PathOf(string key) => Path.Combine(_folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16)) + ".clip");
}
