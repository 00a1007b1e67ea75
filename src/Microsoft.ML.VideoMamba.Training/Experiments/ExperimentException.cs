namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>An experiment cannot begin, or cannot go on: its journal is damaged or another experiment's, or no trial can be trained.</summary>
/// <param name="message">Why, and what to do.</param>
/// <param name="inner">The cause, or null.</param>
public sealed class ExperimentException(string message, Exception? inner = null) : IOException(message, inner);
