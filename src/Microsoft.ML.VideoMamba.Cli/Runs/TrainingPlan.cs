using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Cli.Runs;

/// <summary>A training that is ready to start.</summary>
/// <param name="Recipe">All that decides it but the data and the machine.</param>
/// <param name="Config">The network's shape.</param>
/// <param name="Options">How it is trained.</param>
/// <param name="Checkpoint">Weights to start from, or null.</param>
/// <param name="Data">The videos.</param>
/// <param name="IsSampled">Whether each epoch decodes other frames instead of keeping decoded clips.</param>
internal sealed record TrainingPlan(Recipe Recipe, VideoMambaConfig Config, TrainingOptions Options, string? Checkpoint, TrainingData Data, bool IsSampled);
