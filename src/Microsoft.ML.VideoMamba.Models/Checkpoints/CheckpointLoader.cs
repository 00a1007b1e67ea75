using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Checkpoints;

/// <summary>
/// Loads checkpoints into models, tensor by tensor, each adapted where the model's sizes differ: patch kernels inflated along time, positions and temporal
/// embeddings resized from their own sizes, the final norm found as <c>norm</c> or <c>norm_f</c>, values cast to the model's types.
/// </summary>
public static class CheckpointLoader
{
    private const string Patch = "patch_embed.proj.weight";
    private const string Positions = "pos_embed";
    private const string Time = "temporal_pos_embedding";
    private const string Head = "head.";

    private static readonly (string Prefix, string Reason)[] s_foreign =
    [
        ("clip_teacher.", "the teacher of masked pretraining"),
        ("clip_decoder.", "the decoder of masked pretraining"),
        ("clip_pos_embed", "the decoder of masked pretraining"),
        ("distill_head.", "the head of self-distillation"),
    ];

    /// <summary>Loads a checkpoint into a model.</summary>
    /// <param name="model">The model; its own type, device and sizes stay.</param>
    /// <param name="checkpoint">An open file.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <returns>What was done with each tensor.</returns>
    /// <exception cref="CheckpointException">
    /// Tensors are missing, unexpected or of shapes that cannot be adapted: the model is unchanged. Or values are damaged or unreadable: some of the
    /// model's may then be the checkpoint's already.
    /// </exception>
    public static LoadReport Load(VideoMambaModel model, Checkpoint checkpoint, LoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(checkpoint);
        options ??= new LoadOptions();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var plan = new Plan(model, checkpoint, options);
        foreach (var step in plan.Steps) Run(checkpoint, step);
        return plan.Report;
    }

    private static void Run(Checkpoint checkpoint, Step step)
    {
        using var scope = NewDisposeScope();
        var values = checkpoint.Read(step.Source);
        step.Target.copy_(step.Adapt is null ? values : step.Adapt(values));
    }

    private sealed record Step(Tensor Target, CheckpointTensor Source, Func<Tensor, Tensor>? Adapt);

    /// <summary>Decides on every tensor by names and shapes alone, so that nothing is changed in the model unless all fits.</summary>
    private sealed class Plan
    {
        private readonly VideoMambaModel _model;
        private readonly Checkpoint _checkpoint;
        private readonly LoadOptions _options;
        private readonly HashSet<string> _used = new(StringComparer.Ordinal);
        private readonly List<string> _loaded = [];
        private readonly List<string> _missing = [];
        private readonly Dictionary<string, string> _adapted = [];
        private readonly Dictionary<string, string> _kept = [];

        public Plan(VideoMambaModel model, Checkpoint checkpoint, LoadOptions options)
        {
            (_model, _checkpoint, _options) = (model, checkpoint, options);
            foreach (var (name, target) in model.state_dict()) Place(name, target);
            var (dropped, unexpected) = Rest();
            Report = new LoadReport(_loaded, _adapted, _kept, dropped, _missing, unexpected);
            if (options.Strict && _missing.Count + unexpected.Count > 0) throw checkpoint.Refuse(null, $"does not fit the model ({Faults(_missing, unexpected)})");
        }

        public List<Step> Steps { get; } = [];

        public LoadReport Report { get; }

        private static string Faults(List<string> missing, List<string> unexpected)
        {
            string[] faults = [missing.Count > 0 ? $"{missing.Count} missing: {string.Join(", ", missing)}" : "", unexpected.Count > 0 ? $"{unexpected.Count} unexpected: {string.Join(", ", unexpected)}" : ""];
            return string.Join("; ", faults.Where(fault => fault.Length > 0));
        }

        private void Place(string name, Tensor target)
        {
            bool isHead = name.StartsWith(Head, StringComparison.Ordinal);
            if (!TryFind(name, out var source))
            {
                if (isHead && _options.Head is HeadLoading.Drop or HeadLoading.DropOnMismatch) _kept.Add(name, "the checkpoint has no head");
                else if (name == Time && _checkpoint.TryGet(Patch, out var kernel) && kernel.Shape.Count == 4) _kept.Add(name, "the checkpoint is of an image model");
                else _missing.Add(name);
                return;
            }

            _used.Add(source.Name);
            if (!source.Type.IsFloating) throw _checkpoint.Refuse(source.StoredName, $"is {source.DTypeName}, but the model needs a floating type");
            if (isHead) PlaceHead(name, target, source);
            else if (name == Positions && ResizeOf(source) is { } grids) PlaceResized(name, target, source, grids);
            else if (source.Shape.SequenceEqual(target.shape)) Take(name, target, source, source.Name == name ? null : $"stored as {source.Name}");
            else if (name == Patch && source.Shape.Count == 4 && target.shape.Length == 5 && SameBut(source, target, 2)) PlaceInflated(name, target, source);
            else if (name == Time && source.Shape.Count == 3 && source.Shape[1] > 0 && source.Shape[2] == target.shape[2]) PlaceTime(name, target, source);
            else throw Misfit(source, target);
        }

        private bool TryFind(string name, [MaybeNullWhen(false)] out CheckpointTensor source) =>
            _checkpoint.TryGet(name, out source)
            || (name.StartsWith("norm_f.", StringComparison.Ordinal) && _checkpoint.TryGet("norm." + name["norm_f.".Length..], out source));

        private void PlaceHead(string name, Tensor target, CheckpointTensor source)
        {
            long classes = source.Shape.Count > 0 ? source.Shape[0] : 0, wanted = target.shape[0];
            bool rowsFit = source.Shape.Count == target.shape.Length && source.Shape.Skip(1).SequenceEqual(target.shape[1..]);
            if (_options.Head == HeadLoading.Drop || (_options.Head == HeadLoading.DropOnMismatch && classes != wanted)) _kept.Add(name, $"the checkpoint's head has {classes} classes, the model's {wanted}");
            else if (rowsFit && classes == wanted) Take(name, target, source, null);
            else if (rowsFit && classes > wanted && _options.Head == HeadLoading.FirstRows) Take(name, target, source, $"the first {wanted} of {classes} classes", values => values.narrow(0, 0, wanted));
            else throw Misfit(source, target);
        }

        private void PlaceResized(string name, Tensor target, CheckpointTensor source, ((long Rows, long Columns) From, (long Rows, long Columns) To) grids)
        {
            if (source.Shape[2] != target.shape[2]) throw Misfit(source, target);
            var (from, to) = grids;
            Take(name, target, source, $"bicubic from {from.Rows}x{from.Columns} to {to.Rows}x{to.Columns} patches", values => WeightAdaptation.ResizePositions(values, from, to));
        }

        private void PlaceInflated(string name, Tensor target, CheckpointTensor source)
        {
            long tubelet = target.shape[2];
            Take(name, target, source, $"inflated to {tubelet} frames, {(_options.Inflation == PatchInflation.Center ? "centre" : "average")}", values => WeightAdaptation.Inflate(values, tubelet, _options.Inflation));
        }

        private void PlaceTime(string name, Tensor target, CheckpointTensor source)
        {
            long positions = target.shape[1];
            Take(name, target, source, $"linear from {source.Shape[1]} to {positions} positions", values => WeightAdaptation.ResizeTime(values, positions));
        }

        private void Take(string name, Tensor target, CheckpointTensor source, string? how, Func<Tensor, Tensor>? adapt = null)
        {
            Steps.Add(new Step(target, source, adapt));
            if (how is null) _loaded.Add(name);
            else _adapted.Add(name, how);
        }

        /// <summary>The grids to resize between, or null where they are the same. A file that does not say its own has the model's, or a square.</summary>
        private ((long Rows, long Columns) From, (long Rows, long Columns) To)? ResizeOf(CheckpointTensor source)
        {
            (long Rows, long Columns) to = (_model.Config.GridHeight, _model.Config.GridWidth);
            if (source.Shape.Count != 3 || source.Shape[0] != 1 || source.Shape[1] < 2) throw _checkpoint.Refuse(source.StoredName, $"its shape, ({string.Join(", ", source.Shape)}), is not (1, 1 + patches, width)");
            long patches = source.Shape[1] - 1, side = (long)Math.Sqrt(patches);
            (long Rows, long Columns) from = CheckpointMetadata.ReadConfig(_checkpoint) is { } own ? (own.GridHeight, own.GridWidth)
                : patches == to.Rows * to.Columns ? to
                : (side, side);
            if (from.Rows * from.Columns != patches) throw _checkpoint.Refuse(source.StoredName, $"its {patches} patches are not a grid of {from.Rows}x{from.Columns}, and the model wants {to.Rows}x{to.Columns}");
            return from == to ? null : (from, to);
        }

        private static bool SameBut(CheckpointTensor source, Tensor target, int axis) =>
            source.Shape.SequenceEqual([.. target.shape[..axis], .. target.shape[(axis + 1)..]]);

        private (Dictionary<string, string> Dropped, List<string> Unexpected) Rest()
        {
            var dropped = new Dictionary<string, string>();
            var unexpected = new List<string>();
            foreach (var tensor in _checkpoint.Tensors)
            {
                if (_used.Contains(tensor.Name)) continue;
                if (ReasonToDrop(tensor.Name) is { } reason) dropped.Add(tensor.Name, reason);
                else unexpected.Add(tensor.Name);
            }

            return (dropped, unexpected);
        }

        private string? ReasonToDrop(string name) =>
            name is "head.weight" or "head.bias" && _model.Config.Classes == 0 ? "the model has no head"
            : Array.Find(s_foreign, foreign => name.StartsWith(foreign.Prefix, StringComparison.Ordinal)).Reason;

        private CheckpointException Misfit(CheckpointTensor source, Tensor target) =>
            _checkpoint.Refuse(source.StoredName, $"its shape is ({string.Join(", ", source.Shape)}), but the model needs ({string.Join(", ", target.shape)})");
    }
}
