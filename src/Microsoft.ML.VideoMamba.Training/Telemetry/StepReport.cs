namespace Microsoft.ML.VideoMamba.Training.Telemetry;

/// <summary>What a step was.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Step">Steps done, over all epochs.</param>
/// <param name="Clips">Clips of the step.</param>
/// <param name="Loss">Their mean loss.</param>
/// <param name="LearningRate">The rate.</param>
/// <param name="GradientNorm">Norm of the gradients before clipping.</param>
internal readonly record struct StepReport(int Epoch, int Step, int Clips, double Loss, double LearningRate, double GradientNorm);
