namespace Microsoft.ML.VideoMamba.Video.Sampling;

/// <summary>Draws a whole number uniformly from an interval, both ends included.</summary>
/// <param name="low">The lowest number.</param>
/// <param name="high">The highest number, not below <paramref name="low"/>.</param>
/// <returns>A number from <paramref name="low"/> to <paramref name="high"/>.</returns>
public delegate int FrameDraw(int low, int high);
