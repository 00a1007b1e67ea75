using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba.Columns;
using Microsoft.ML.VideoMamba.Schemas;
using Microsoft.ML.VideoMamba.Trainers;
using Microsoft.ML.VideoMamba.Training;

namespace Microsoft.ML.VideoMamba;

/// <summary>
/// Trains a VideoMamba, from scratch or from a checkpoint, to tell classes of clips apart or to say a number of each:
/// <see cref="IEstimator{TTransformer}"/> for the <see cref="VideoMambaTransformer"/>.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// |  |  |
/// | -- | -- |
/// | Machine learning task | Multiclass classification, regression |
/// | Input label column data type | Key of UInt32; Single for regression |
/// | Input column data type | Video, or a known-sized vector of Single, (3, T, H, W) |
/// | Output columns | Score: a vector of Single, a probability for each class, and PredictedLabel: a key of UInt32; for regression Score: Single |
/// | Is normalization required? | No |
/// | Is caching required? | No: decoded clips are kept while it trains |
/// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.VideoMamba and a libtorch, such as TorchSharp-cpu |
/// | Exportable to ONNX | No |
/// ]]></format>
/// Decoupled AdamW, a cosine with warm-up, gradient clipping, label smoothing; the best epoch by validation is kept. Source: paper section 4.2.
/// </remarks>
public sealed partial class VideoMambaTrainer : IEstimator<VideoMambaTransformer>
{
    internal const string HostName = "VideoMambaTrainer";

    private readonly IHostEnvironment _environment;
    private readonly TrainingTask _task;
    private readonly Options _options;
    private readonly TrainerArguments _arguments;

    internal VideoMambaTrainer(IHostEnvironment environment, TrainingTask task, Options options, TrainerArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionsMapping.Check(options, task);
        (_environment, _task, _options, _arguments) = (environment, task, options, arguments);
    }

    /// <summary>Trains. Stopped by its cancellation token, or by AutoML, it ends within a step and gives the best epoch so far.</summary>
    /// <param name="input">The rows to learn from.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has the wrong type.</exception>
    /// <exception cref="InvalidOperationException">There is no row to learn from.</exception>
    /// <exception cref="OperationCanceledException">It was stopped before the first step.</exception>
    /// <exception cref="TrainingException">The training could not go on; what it had learned is in the exception.</exception>
    public VideoMambaTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var fitting = new Fitting(_environment, _task, _options, _arguments);
        return fitting.Run(input);
    }

    /// <summary>The shape of the schema after the transformation.</summary>
    /// <param name="inputSchema">The shape before.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        FeatureColumn.Check(inputSchema.Find("feature", _options.FeatureColumnName));
        var label = LabelColumn.Check(inputSchema.Find("label", _options.LabelColumnName), _task);
        return inputSchema.With(_task == TrainingTask.Regression
            ? [ScoreColumns.RegressionShape(_options.ScoreColumnName)]
            : ScoreColumns.ClassificationShapes(_options.ScoreColumnName, _options.PredictedLabelColumnName, label));
    }
}
