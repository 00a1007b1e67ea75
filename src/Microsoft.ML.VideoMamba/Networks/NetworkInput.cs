using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Networks;

/// <summary>Reads a feature column row by row and makes a network's inputs of what was read.</summary>
internal abstract class NetworkInput
{
    /// <summary>Reads the row that the cursor stands on into a slot.</summary>
    public abstract void Read(int slot);

    /// <summary>Whether a slot holds anything: a clip that could not be read is missing, as is a vector that holds no number.</summary>
    public abstract bool IsThere(int slot);

    /// <summary>Writes a slot's input. Called from several threads.</summary>
    public abstract void Write(int slot, Span<float> input);

    /// <summary>Whether inputs are made of frames, which <see cref="WriteFrames"/> writes.</summary>
    public virtual bool HasFrames => false;

    /// <summary>Writes a slot's resized frames, as <see cref="ClipPreparation.EvaluationBytes"/>. Called from several threads.</summary>
    public virtual void WriteFrames(int slot, Span<byte> frames) => throw new NotSupportedException("Vectors are not made of frames.");

    public static NetworkInput Open(DataViewRow row, DataViewSchema.Column column, int capacity, ClipPreparation preparation) => column.Type is VideoDataViewType
        ? new Clips(row.GetGetter<VideoClip?>(column), capacity, preparation)
        : new Pixels(row.GetGetter<VBuffer<float>>(column), capacity);

    private sealed class Clips(ValueGetter<VideoClip?> get, int capacity, ClipPreparation preparation) : NetworkInput
    {
        private readonly VideoClip?[] _clips = new VideoClip?[capacity];

        public override void Read(int slot) => get(ref _clips[slot]);

        public override bool IsThere(int slot) => _clips[slot] is not null;

        public override void Write(int slot, Span<float> input) => preparation.Evaluation(_clips[slot]!, input);

        public override bool HasFrames => true;

        public override void WriteFrames(int slot, Span<byte> frames) => preparation.EvaluationBytes(_clips[slot]!, frames);
    }

    private sealed class Pixels(ValueGetter<VBuffer<float>> get, int capacity) : NetworkInput
    {
        private readonly VBuffer<float>[] _vectors = new VBuffer<float>[capacity];

        public override void Read(int slot) => get(ref _vectors[slot]);

        public override bool IsThere(int slot) => PixelVector.IsThere(_vectors[slot]);

        public override void Write(int slot, Span<float> input) => _vectors[slot].CopyTo(input);
    }
}
