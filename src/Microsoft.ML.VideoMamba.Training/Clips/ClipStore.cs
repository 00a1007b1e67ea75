using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Training.Clips;

/// <summary>Decoded clips as files of a folder, each written beside its place and then renamed. A damaged file is as good as none.</summary>
internal sealed class ClipStore
{
    private const ulong Signature = 0x31_50_49_4C_43_4D_56_01;

    private readonly string _folder;
    private readonly long _limit;
    private long _bytes;

    public ClipStore(string folder, long limit)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        _limit = limit;
        _bytes = new DirectoryInfo(_folder).EnumerateFiles("*.clip").Sum(file => file.Length);
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
        catch (Exception error) when (error is EndOfStreamException or InvalidDataException or FileNotFoundException)
        {
            return null;
        }
    }

    public void Keep(string key, VideoClip clip)
    {
        long size = SizeOf(clip);
        if (Failure is not null || Interlocked.Add(ref _bytes, size) > _limit)
        {
            if (Failure is null) Interlocked.Add(ref _bytes, -size);
            return;
        }

        string path = PathOf(key), beside = $"{path}.{Guid.NewGuid():N}.partial";
        try
        {
            using (var writer = new BinaryWriter(File.Create(beside))) Write(writer, clip);
            File.Move(beside, path, overwrite: true);
        }
        catch (IOException error)
        {
            Failure = error;
            Interlocked.Add(ref _bytes, -size);
            File.Delete(beside);
        }
    }

    private static long SizeOf(VideoClip clip) => sizeof(ulong) + 4 * sizeof(int) + clip.Frames * (sizeof(int) + sizeof(double) + (long)clip.Height * clip.Width * 3);

    private static void Write(BinaryWriter writer, VideoClip clip)
    {
        writer.Write(Signature);
        foreach (int value in new[] { clip.Frames, clip.Height, clip.Width, clip.Gaps }) writer.Write(value);
        foreach (int index in clip.Indices) writer.Write(index);
        foreach (double time in clip.Times) writer.Write(time);
        for (int t = 0; t < clip.Frames; t++) writer.Write(clip.Frame(t));
        writer.Write(clip.Path);
    }

    private static VideoClip Read(BinaryReader reader)
    {
        if (reader.ReadUInt64() != Signature) throw new InvalidDataException("Not a stored clip.");
        int frames = reader.ReadInt32(), height = reader.ReadInt32(), width = reader.ReadInt32(), gaps = reader.ReadInt32();
        int[] indices = [.. Enumerable.Range(0, frames).Select(_ => reader.ReadInt32())];
        double[] times = [.. Enumerable.Range(0, frames).Select(_ => reader.ReadDouble())];
        var pixels = Enumerable.Range(0, frames).Select(_ => (ReadOnlyMemory<byte>)Exactly(reader, height * width * 3)).ToList();
        return new VideoClip(reader.ReadString(), height, width, pixels, indices, times, gaps);
    }

    private static byte[] Exactly(BinaryReader reader, int count)
    {
        byte[] bytes = reader.ReadBytes(count);
        return bytes.Length == count ? bytes : throw new EndOfStreamException();
    }

    private string PathOf(string key) => Path.Combine(_folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16)) + ".clip");
}
