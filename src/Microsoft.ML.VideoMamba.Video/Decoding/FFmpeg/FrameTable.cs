namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpeg;

/// <summary>
/// Which packet of a file is which frame, learned when the whole file was decoded without a gap: every packet gave one frame, at the packet's own time.
/// With it, frames are known by their times, and packets that no wanted frame needs can be left out without losing count.
/// </summary>
internal sealed class FrameTable
{
    private readonly long[] _timestamps;
    private readonly int[] _keys;

    private FrameTable(long[] timestamps, int[] keys) => (_timestamps, _keys) = (timestamps, keys);

    public int Frames => _timestamps.Length;

    /// <summary>The time of every frame in seconds.</summary>
    public double[] Times(Func<long, double> seconds) => Array.ConvertAll(_timestamps, timestamp => seconds(timestamp));

    /// <summary>The number of the frame at a time; negative if there is none.</summary>
    public int Find(long timestamp) => Array.BinarySearch(_timestamps, timestamp);

    /// <summary>The last frame up to this one at which decoding can start; -1 if there is none.</summary>
    public int KeyBefore(int frame)
    {
        int place = Array.BinarySearch(_keys, frame);
        if (place >= 0) return _keys[place];
        return ~place > 0 ? _keys[~place - 1] : -1;
    }

    /// <summary>Collects what a pass over a whole file sees.</summary>
    public sealed class Recorder
    {
        private const int MaxFrames = 1 << 20; // 8 MB; a longer file is read as it comes

        private readonly List<long> _packets = [], _keys = [], _frames = [];

        public void AddPacket(long timestamp, PacketFlags flags)
        {
            if (flags.HasFlag(PacketFlags.Discard) || _packets.Count == MaxFrames) return;
            _packets.Add(timestamp);
            if (flags.HasFlag(PacketFlags.Key)) _keys.Add(timestamp);
        }

        public void AddFrame(long timestamp)
        {
            if (_frames.Count < MaxFrames) _frames.Add(timestamp);
        }

        /// <summary>The table; null if packets and frames do not correspond one to one.</summary>
        public FrameTable? Finish()
        {
            long[] packets = [.. _packets.Order()];
            if (packets.Length is 0 or MaxFrames || packets[0] == LibavLayout.NoTime || !packets.AsSpan().SequenceEqual(_frames.ToArray())) return null;
            for (int i = 1; i < packets.Length; i++)
            {
                if (packets[i] == packets[i - 1]) return null;
            }

            int[] keys = [.. _keys.Select(key => Array.BinarySearch(packets, key)).Order()];
            return new FrameTable(packets, keys);
        }
    }
}
