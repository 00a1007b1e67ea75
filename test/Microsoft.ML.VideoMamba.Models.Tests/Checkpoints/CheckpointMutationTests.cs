using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.TestCommon;

namespace Microsoft.ML.VideoMamba.Models.Tests.Checkpoints;

/// <summary>
/// Damaged and forged files: whatever is done to a checkpoint's bytes, it is read or refused by name, in bounded time and memory. Half of the forgeries
/// go into the pickle of a valid archive, with its CRC-32 made right again, so that they reach the code behind the archive's own checks.
/// </summary>
[TestClass]
public sealed class CheckpointMutationTests : TorchTests
{
    private const long MostBytes = 256 << 20;

    private static readonly TimeSpan s_mostTime = TimeSpan.FromSeconds(10);

    [TestMethod]
    public void SurvivesFiveHundred() => Run(500, seed: 1);

    [TestMethod]
    [TestCategory(TestCategories.Slow)]
    public void SurvivesTwentyThousand() => Run(20_000, seed: 2);

    private static void Run(int count, int seed)
    {
        var random = new Random(seed);
        var corpus = Corpus();
        int refused = 0;
        for (int i = 0; i < count; i++)
        {
            var (name, bytes) = corpus[random.Next(corpus.Count)];
            bool inPickle = random.Next(2) == 0 && bytes.AsSpan().StartsWith("PK"u8);
            byte[] forged = inPickle ? ForgePickle(bytes, random) : Mutate(bytes, random);
            if (!Survives(forged, $"{name}#{i}")) refused++;
        }

        Assert.IsGreaterThan(count / 4, refused, "Mutations that were refused: fewer would mean that they change nothing");
        Assert.IsLessThan(count, refused, "Mutations that were refused: all would mean that the corpus itself is");
    }

    /// <summary>True when it was read, false when it was refused; fails on anything else.</summary>
    private static bool Survives(byte[] file, string name)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        bool read = true;
        try
        {
            using var checkpoint = Checkpoint.Open(new MemoryStream(file), name);
            foreach (var tensor in checkpoint.Tensors) checkpoint.Read(tensor).Dispose();
            CheckpointConfig.TryRead(checkpoint, out _, out _);
        }
        catch (CheckpointException error)
        {
            read = false;
            Assert.StartsWith(name + ": ", error.Message);
        }
        catch (Exception error)
        {
            Assert.Fail($"{name}: {error}");
        }

        Assert.IsLessThan(s_mostTime, clock.Elapsed, $"Time of {name}");
        Assert.IsLessThan(MostBytes, GC.GetAllocatedBytesForCurrentThread() - allocated, $"Managed bytes of {name}");
        return read;
    }

    private static List<(string Name, byte[] Bytes)> Corpus()
    {
        var files = Directory.EnumerateDirectories(RepositoryPaths.Goldens, "checkpoint-*")
            .SelectMany(folder => Directory.EnumerateFiles(folder).Where(file => file.EndsWith(".pth", StringComparison.Ordinal) || file.EndsWith(".safetensors", StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)
            .Select(file => (Path.GetFileName(file), File.ReadAllBytes(file)))
            .Where(file => file.Item2.Length > 0)
            .ToList();
        using var model = TestModels.Random(TestModels.Video);
        var own = new MemoryStream();
        CheckpointWriter.Save(model, own, ["a", "b", "c", "d", "e"]);
        files.Add(("own.safetensors", own.ToArray()));
        files.Add(("zip64.pth", PyTorchFile.Write(model.state_dict(), zip64: true)));
        return files;
    }

    private static byte[] ForgePickle(byte[] archive, Random random)
    {
        try
        {
            using var zip = new ZipArchive(new MemoryStream(archive));
            return StoredZip.Write(zip.Entries.Select(entry => new StoredZip.Entry(entry.FullName, entry.FullName.EndsWith(".pkl", StringComparison.Ordinal) ? Mutate(Bytes(entry), random) : Bytes(entry))));
        }
        catch (InvalidDataException)
        {
            // One of the hostile archives that no library opens: it is mutated as a whole.
            return Mutate(archive, random);
        }
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        byte[] changed = [.. bytes];
        for (int changes = random.Next(1, 5); changes > 0 && changed.Length > 0; changes--)
        {
            int at = random.Next(changed.Length), length = Math.Min(random.Next(1, 64), changed.Length - at);
            switch (random.Next(8))
            {
                case 0: changed[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: changed[at] = (byte)random.Next(256); break;
                case 2: changed = changed[..at]; break;
                case 3: changed = [.. changed[..at], .. changed[(at + length)..]]; break;
                case 4: changed = [.. changed[..at], .. changed[at..(at + length)], .. changed[at..]]; break;
                case 5: changed = [.. changed[..at], .. RandomBytes(random, length), .. changed[at..]]; break;
                case 6 when length >= 8: BinaryPrimitives.WriteInt64LittleEndian(changed.AsSpan(at), Extreme(random)); break;
                case 7 when length >= 4: BinaryPrimitives.WriteInt32LittleEndian(changed.AsSpan(at), (int)Extreme(random)); break;
                default: changed[at]++; break;
            }
        }

        return changed;
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static long Extreme(Random random) => random.Next(5) switch
    {
        0 => long.MaxValue,
        1 => -1,
        2 => int.MaxValue,
        3 => 1L << random.Next(63),
        _ => random.NextInt64(),
    };
}
