namespace Microsoft.ML.VideoMamba.Training.Losses;

/// <summary>What a classifier is taught by.</summary>
public enum ClassificationLoss
{
    /// <summary>One class of all, by the softmax of its scores (<see cref="Losses.CrossEntropy"/>), smoothed and weighted by class if asked for.</summary>
    CrossEntropy,

    /// <summary>A yes or no for each class (<see cref="Losses.BinaryCrossEntropy"/>): of mixed clips a yes for both classes. No label smoothing, no class weights.</summary>
    BinaryCrossEntropy,
}
