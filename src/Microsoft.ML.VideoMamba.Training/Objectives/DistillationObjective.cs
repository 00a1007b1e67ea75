using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Batches;
using Microsoft.ML.VideoMamba.Training.Distillation;
using Microsoft.ML.VideoMamba.Training.Evaluation;
using Microsoft.ML.VideoMamba.Training.Losses;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Microsoft.ML.VideoMamba.Training.Objectives;

/// <summary>
/// What is learned from labels, and for the first epochs from a teacher as well: it sees the same clips, mixed alike, and the student's tokens, or class scores,
/// are to be like its own.
/// </summary>
internal sealed class DistillationObjective : IObjective, IDisposable
{
    // As the original's files call it.
    private const string Prefix = "distill_head.";

    private readonly IObjective _labels;
    private readonly Teacher _teacher;
    private readonly DistillationOptions _options;
    private readonly DistillationHead? _head;

    /// <param name="labels">What is learned from labels.</param>
    /// <param name="teacher">The teacher, on the student's device; it is disposed with this.</param>
    /// <param name="student">The student.</param>
    /// <param name="options">How it follows.</param>
    /// <exception cref="ArgumentException">The student cannot follow this teacher.</exception>
    public DistillationObjective(IObjective labels, Teacher teacher, VideoMambaModel student, DistillationOptions options)
    {
        (_labels, _teacher, _options) = (labels, teacher, options);
        Teacher.CheckFits(teacher.Config, student.Config, options);
        if (!options.FollowsClasses) _head = new DistillationHead(student.Config.EmbedDim, teacher.Config.EmbedDim, student.Device);
    }

    public IReadOnlyDictionary<string, Parameter> Parameters =>
        _head is null ? _labels.Parameters : _labels.Parameters.Concat(_head.named_parameters().Select(named => KeyValuePair.Create(Prefix + named.name, named.parameter))).ToDictionary();

    public (Tensor Clips, Func<Tensor, Tensor> LossOf) Prepare(VideoMambaConfig config, Device device, Batch batch, int epoch) => _labels.Prepare(config, device, batch, epoch);

    public Tensor Loss(VideoMambaModel model, Batch batch, int epoch)
    {
        if (epoch > _options.TeacherEpochs) return _labels.Loss(model, batch, epoch);
        var (clips, lossOf) = Prepare(model.Config, model.Device, batch, epoch);
        if (_head is null)
        {
            var scores = model.forward(clips);
            return lossOf(scores).Plus(OfScores(scores, _teacher.Logits(clips)).Times(_options.Weight));
        }

        var tokens = model.Embed(clips, Pooling.Tokens);
        return lossOf(model.Classify(tokens.select(1, 0))).Plus(TokenAlignment.Of(_head.forward(tokens), _teacher.Tokens(clips)).Times(_options.Weight));
    }

    public (ClassificationMetrics? Classes, RegressionMetrics? Numbers) Measure(IReadOnlyList<ClipOutput> outputs) => _labels.Measure(outputs);

    public void Finish(VideoMambaModel model) => _labels.Finish(model);

    public void Dispose()
    {
        _teacher.Dispose();
        _head?.Dispose();
    }

    private Tensor OfScores(Tensor student, Tensor teacher) =>
        _options.Kind == DistillationKind.Hard ? Losses.Distillation.Hard(student, teacher) : Losses.Distillation.Soft(student, teacher, _options.Temperature);
}
