namespace Microsoft.ML.VideoMamba.Training.Losses;

/// <summary>What a classifier is taught by.</summary>
public enum ClassificationLoss
{
    /// <summary>One class of all, by the softmax of its scores (<see cref="Losses.CrossEntropy"/>), smoothed and weighted by class if asked for.</summary>
    CrossEntropy,

    /// <summary>A yes or no for each class (<see cref="Losses.BinaryCrossEntropy"/>): of mixed clips a yes for both classes. No label smoothing, no class weights.</summary>
    BinaryCrossEntropy,

    /// <summary>
    /// Two submodels of the network, each clip by two draws of drop path, say a yes or no for each class and learn from the targets, smoothed and mixed, and from each other
    /// (<see cref="Losses.BinaryCrossEntropy.OfSubmodels"/>). It costs two passes for each clip and needs a drop path or dropout. No class weights.
    /// </summary>
    /// <remarks>Touvron et al., Co-training 2^L submodels, arXiv 2212.04884; image_sm/main.py, its option cosub.</remarks>
    Cosub,
}
