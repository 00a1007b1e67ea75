using Microsoft.ML.VideoMamba.Columns;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Networks;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Video.Writing;

namespace Microsoft.ML.VideoMamba.Experiments;

/// <summary>Writes models as zips.</summary>
internal static class ModelZip
{
    /// <summary>Batch in which a model scores; a saved one cannot know the machine.</summary>
    private const int BatchSize = 8;

    /// <summary>The trained network as a transformer. The network stays the result's: the transformer lives no longer.</summary>
    public static VideoMambaTransformer Transformer(MLContext context, TrainingResult result, string featureColumnName, KeyNames? names) => new(context, new Network(new PreparedModel(result.Model)), new VideoMambaTransformer.Settings
    {
        Task = names is null && result.Model.Config.Classes == 1 ? TrainingTask.Regression : TrainingTask.Classification,
        FeatureColumnName = featureColumnName,
        ScoreColumnName = "Score",
        PredictedLabelColumnName = "PredictedLabel",
        BatchSize = BatchSize,
        Epochs = result.Epochs,
        BestEpoch = result.BestEpoch,
    }, names);

    /// <summary>Writes a model, whole or not at all.</summary>
    public static void Write(MLContext context, ITransformer model, DataViewSchema schema, string path) => AtomicFile.Write(path, stream => context.Model.Save(model, schema, stream));
}
