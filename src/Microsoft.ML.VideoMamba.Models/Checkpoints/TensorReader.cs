using System.IO.Hashing;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Checkpoints;

/// <summary>
/// Reads a tensor's bytes from the file straight into its own memory: nothing else of the tensor's size is held, but for views with gaps or
/// permuted axes, which are read as stored and then copied into order.
/// </summary>
internal static class TensorReader
{
    private const int ChunkBytes = 1 << 22;

    /// <summary>A new contiguous CPU tensor, owned by the caller's dispose scope.</summary>
    public static Tensor Read(CheckpointSource source, CheckpointTensor tensor)
    {
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        Verify(source, tensor);
        var layout = tensor.Layout;
        var stored = empty(layout.IsContiguous ? layout.Count : layout.Span, dtype: tensor.DType);
        uint crc = Fill(source, tensor.Region.Entry, tensor.Region.Offset + layout.Offset * tensor.Type.Size, stored);
        if (!tensor.Region.Verified) Compare(source, tensor.Region, crc);
        if (tensor.DType == ScalarType.Bool) RefuseOtherThanBits(source, tensor, stored);

        var values = layout.IsContiguous ? stored.reshape(tensor.Sizes) : stored.as_strided(tensor.Sizes, layout.Strides).contiguous();
        return values.MoveToOuterDisposeScope();
    }

    /// <summary>Checks a storage's CRC-32 ahead of its first use, unless the tensor covers the storage: then reading it is the check.</summary>
    private static void Verify(CheckpointSource source, CheckpointTensor tensor)
    {
        var region = tensor.Region;
        if (region.Verified || (tensor.Layout.IsContiguous && tensor.ByteCount == region.Length)) return;

        var crc = new Crc32();
        byte[] chunk = new byte[Math.Min(region.Length, ChunkBytes)];
        for (long done = 0; done < region.Length; done += chunk.Length)
        {
            var part = chunk.AsSpan(0, (int)Math.Min(chunk.Length, region.Length - done));
            source.Read(region.Offset + done, part, region.Entry);
            crc.Append(part);
        }

        Compare(source, region, crc.GetCurrentHashAsUInt32());
    }

    private static void Compare(CheckpointSource source, StorageRegion region, uint crc)
    {
        if (crc != region.Crc) throw source.Refuse(region.Entry, $"is damaged: its CRC-32 is {crc:x8}, but the archive says {region.Crc:x8}");
        region.Verified = true;
    }

    private static uint Fill(CheckpointSource source, string entry, long offset, Tensor target)
    {
        var crc = new Crc32();
        long step = ChunkBytes / target.ElementSize;
        for (long start = 0; start < target.numel(); start += step)
        {
            using var part = target.narrow(0, start, Math.Min(step, target.numel() - start));
            var bytes = part.bytes;
            source.Read(offset + start * target.ElementSize, bytes, entry);
            crc.Append(bytes);
        }

        return crc.GetCurrentHashAsUInt32();
    }

    /// <summary>A bool that is neither 0 nor 1 makes torch's results undefined.</summary>
    private static void RefuseOtherThanBits(CheckpointSource source, CheckpointTensor tensor, Tensor stored)
    {
        for (long start = 0; start < stored.numel(); start += ChunkBytes)
        {
            using var part = stored.narrow(0, start, Math.Min(ChunkBytes, stored.numel() - start));
            if (part.bytes.ContainsAnyExceptInRange((byte)0, (byte)1)) throw source.Refuse(tensor.StoredName, "a bool in it is neither 0 nor 1");
        }
    }
}
