using System.Globalization;

namespace Microsoft.ML.VideoMamba.Models.Checkpoints;

/// <summary>Reads a configuration off tensors' names and shapes.</summary>
internal static class ConfigInference
{
    private const string Patch = "patch_embed.proj.weight";
    private const string Positions = "pos_embed";
    private const string Time = "temporal_pos_embedding";
    private const string Mixer = "layers.0.mixer.";

    public static VideoMambaConfig Infer(Checkpoint checkpoint, ConfigOverrides overrides)
    {
        bool isVideo = Shape(checkpoint, Patch).Count == 5;
        int width = Size(checkpoint, Patch, 0), patch = PatchSide(checkpoint), tubelet = isVideo ? Size(checkpoint, Patch, 2) : 1;
        int innerDim = Size(checkpoint, Mixer + "A_log", 0), dtRank = Size(checkpoint, Mixer + "dt_proj.weight", 1);
        if (innerDim % width != 0) throw checkpoint.Refuse(Mixer + "A_log", $"d_inner, {innerDim}, is not a multiple of the width, {width}");
        int stride = overrides.Stride ?? patch;
        if (stride < 1) throw checkpoint.Refuse(Patch, $"a stride of {stride} is impossible");
        var (height, frameWidth) = FrameSize(checkpoint, overrides, patch, stride);

        var config = new VideoMambaConfig
        {
            EmbedDim = width,
            Depth = Depth(checkpoint),
            IsVideo = isVideo,
            Frames = Frames(checkpoint, overrides, isVideo, tubelet),
            Tubelet = tubelet,
            Height = height,
            Width = frameWidth,
            PatchSize = patch,
            Stride = overrides.Stride,
            Channels = Size(checkpoint, Patch, 1),
            Classes = checkpoint.Contains("head.weight") ? Size(checkpoint, "head.weight", 0) : 0,
            StateSize = Size(checkpoint, Mixer + "A_log", 1),
            ConvWidth = Size(checkpoint, Mixer + "conv1d.weight", 2),
            Expand = innerDim / width,
            DtRankOverride = dtRank == (width + 15) / 16 ? null : dtRank,
            Bidirectional = checkpoint.Contains(Mixer + "A_b_log"),
            Norm = checkpoint.Contains("layers.0.norm.bias") ? NormKind.Layer : NormKind.Rms,
            ScanOrder = overrides.ScanOrder ?? ScanOrder.SpatialFirst,
        };
        return Validated(checkpoint, config);
    }

    private static VideoMambaConfig Validated(Checkpoint checkpoint, VideoMambaConfig config)
    {
        try
        {
            config.Validate();
        }
        catch (ArgumentException error)
        {
            throw new CheckpointException(checkpoint.Path, null, $"is not a VideoMamba that can be run: {error.Message}", error);
        }

        long tokens = 1 + (long)config.TemporalPositions * config.PatchesPerFrame;
        return tokens <= Array.MaxLength ? config : throw checkpoint.Refuse(Positions, $"a clip of {tokens} tokens is too long");
    }

    private static int PatchSide(Checkpoint checkpoint)
    {
        var kernel = Shape(checkpoint, Patch);
        if (kernel.Count is not (4 or 5) || kernel[^1] != kernel[^2]) throw checkpoint.Refuse(Patch, $"is no patch embedding: its shape is {Text(kernel)}, not (width, channels[, tubelet], side, side)");
        return Size(checkpoint, Patch, kernel.Count - 1);
    }

    private static int Frames(Checkpoint checkpoint, ConfigOverrides overrides, bool isVideo, int tubelet)
    {
        if (!isVideo)
        {
            return overrides.Frames is null or 1 ? 1 : throw checkpoint.Refuse(Patch, $"{overrides.Frames} frames contradict its shape: it is an image model");
        }

        int positions = Size(checkpoint, Time, 1);
        if (overrides.Frames is not { } frames) return Narrow(checkpoint, Time, (long)positions * tubelet);
        return frames / tubelet == positions ? frames : throw checkpoint.Refuse(Time, $"{frames} frames contradict its shape: {positions} positions of {tubelet} frames");
    }

    /// <summary>Pixels from the number of positions: what the user says of one side gives the other; nothing said means a square.</summary>
    private static (int Height, int Width) FrameSize(Checkpoint checkpoint, ConfigOverrides overrides, int patch, int stride)
    {
        int patches = Size(checkpoint, Positions, 1) - 1;
        int? saidRows = Patches(overrides.Height, patch, stride), saidColumns = Patches(overrides.Width, patch, stride);
        int rows = saidRows ?? (saidColumns is > 0 ? patches / saidColumns.Value : (int)Math.Sqrt(patches));
        int columns = saidColumns ?? (rows > 0 ? patches / rows : 0);
        bool nothingSaid = overrides.Height is null && overrides.Width is null;
        if (rows < 1 || columns < 1 || (long)rows * columns != patches || (nothingSaid && rows != columns))
        {
            string said = nothingSaid
                ? "are not a square: say the frame's height and width"
                : $"contradict a frame of {Said(overrides.Height)}x{Said(overrides.Width)} pixels (height x width)";
            throw checkpoint.Refuse(Positions, $"its {patches} patches of {patch} pixels, {stride} apart, {said}");
        }

        return (overrides.Height ?? Pixels(rows), overrides.Width ?? Pixels(columns));

        int Pixels(int count) => Narrow(checkpoint, Positions, (long)(count - 1) * stride + patch);
        static string Said(int? side) => side?.ToString(CultureInfo.InvariantCulture) ?? "?";
    }

    private static int? Patches(int? pixels, int patch, int stride) => pixels is { } side ? (side < patch ? 0 : (side - patch) / stride + 1) : null;

    /// <summary>
    /// Layers from 0 on without a gap, all with the same tensors of the same shapes: a model made from the first layer is then never larger than the file.
    /// </summary>
    private static int Depth(Checkpoint checkpoint)
    {
        var layers = new Dictionary<int, Dictionary<string, IReadOnlyList<long>>>();
        foreach (var tensor in checkpoint.Tensors)
        {
            if (tensor.Name.Split('.', 3) is not ["layers", var index, var name]) continue;
            if (!int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out int layer) || index != layer.ToString(CultureInfo.InvariantCulture)) throw checkpoint.Refuse(tensor.Name, "has no layer's number");
            if (!layers.TryGetValue(layer, out var shapes)) layers.Add(layer, shapes = new(StringComparer.Ordinal));
            shapes.Add(name, tensor.Shape);
        }

        for (int layer = 0; layer < layers.Count; layer++)
        {
            if (!layers.TryGetValue(layer, out var shapes)) throw checkpoint.Refuse(null, $"has {layers.Count} layers, but none of number {layer}");
            foreach (var (name, first) in layers[0])
            {
                if (!shapes.TryGetValue(name, out var shape)) throw checkpoint.Refuse($"layers.{layer}.{name}", "is missing, but layer 0 has it");
                if (!shape.SequenceEqual(first)) throw checkpoint.Refuse($"layers.{layer}.{name}", $"its shape is {Text(shape)}, but layer 0's is {Text(first)}");
            }
        }

        return layers.Count;
    }

    private static IReadOnlyList<long> Shape(Checkpoint checkpoint, string name) =>
        checkpoint.TryGet(name, out var tensor) ? tensor.Shape : throw checkpoint.Refuse(null, $"is not a VideoMamba checkpoint: it has no tensor '{name}'");

    private static int Size(Checkpoint checkpoint, string name, int axis)
    {
        var shape = Shape(checkpoint, name);
        if (axis >= shape.Count || shape[axis] < 1) throw checkpoint.Refuse(name, $"is not a VideoMamba's: its shape is {Text(shape)}");
        return Narrow(checkpoint, name, shape[axis]);
    }

    private static int Narrow(Checkpoint checkpoint, string name, long value) =>
        value <= Array.MaxLength ? (int)value : throw checkpoint.Refuse(name, $"a size of {value} is too large");

    private static string Text(IReadOnlyList<long> shape) => $"({string.Join(", ", shape)})";
}
