namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>What an augmentation does to frames as bytes, ahead of the resampler.</summary>
internal sealed class ClipEditing
{
    private readonly ClipAugmentation _augmentation;
    private readonly FramePolicy? _policy;
    private readonly (int Height, int Width) _size;

    private ClipEditing(ClipAugmentation augmentation, FramePolicy? policy, (int Height, int Width) size) => (_augmentation, _policy, _size) = (augmentation, policy, size);

    /// <summary>The editing that an augmentation asks for, or null where frames go to the resampler as they are.</summary>
    /// <param name="augmentation">The augmentation.</param>
    /// <param name="size">Of the network's frames.</param>
    public static ClipEditing? Of(ClipAugmentation augmentation, (int Height, int Width) size)
    {
        var policy = augmentation.ParsedPolicy();
        bool edits = policy is not null || augmentation.ColorJitter > 0 || augmentation.Order == AugmentationOrder.CropFirst;
        return edits ? new ClipEditing(augmentation, policy, size) : null;
    }

    /// <summary>Draws what happens to one clip.</summary>
    /// <param name="frame">The clip's size.</param>
    /// <param name="draw">What was drawn of it; afterwards, what is left for the resampler to do.</param>
    /// <param name="random">Makes all draws.</param>
    public FrameEditor Draw((int Height, int Width) frame, ref ClipDraw draw, Random random)
    {
        var operations = DrawPolicy(random).Concat(_policy is null or { LeavesJitter: true } ? DrawJitter(random) : []).ToList();
        if (_augmentation.Order == AugmentationOrder.PolicyFirst) return Editor(operations, null, frame, random);
        var crop = FrameCrop.Of(draw, frame, _size);
        draw = draw.Whole(_size.Height, _size.Width);
        return Editor(operations, crop, _size, random);
    }

    private FrameEditor Editor(IReadOnlyList<DrawnOperation> operations, FrameCrop? crop, (int Height, int Width) size, Random random) =>
        new(operations, _augmentation.Fill, _augmentation.Interpolation, crop, size, random);

    private IReadOnlyList<DrawnOperation> DrawPolicy(Random random) => _policy?.Draw(random, Math.Truncate(OperationLevel.MaxTranslation * Math.Min(_size.Height, _size.Width))) ?? [];

    private DrawnOperation[] DrawJitter(Random random)
    {
        if (_augmentation.ColorJitter == 0) return [];
        FrameOperation[] operations = [FrameOperation.Brightness, FrameOperation.Contrast, FrameOperation.Color];
        random.Shuffle(operations);
        return Array.ConvertAll(operations, operation => new DrawnOperation(operation, 1 + _augmentation.ColorJitter * (2 * random.NextDouble() - 1)));
    }
}
